"""The words by which bots, rooms, devices and nobody in particular are known: plain, by language.

Plain means as ``spellings.plain`` returns them: small letters without accents.
"""

from __future__ import annotations

import re
from typing import Final


def _listed(text: str) -> frozenset[str]:
    return frozenset(text.split())


DEVICES: Final = _listed(
    "iphone ipad ipod android galaxy samsung huawei xiaomi redmi oppo vivo pixel oneplus nokia "
    "motorola macbook imac pc laptop notebook desktop computer ordinateur ordenador computador "
    "portable phone telephone telefon telefono telefone telefoon mobile handy movil telemovel "
    "celular cellulare gsm smartphone tablet tablette tableta chromebook thinkpad windows lenovo "
    "dell hp acer asus komputer smartfon sm"
)
NOBODY: Final = _listed(
    "user utilisateur utilisatrice benutzer benutzerin usuario usuaria utente gebruiker uzytkownik "
    "participant participante teilnehmer teilnehmerin teilnehmende partecipante deelnemer "
    "uczestnik guest invite invitee gast invitado invitada convidado convidada ospite gosc visitor "
    "visiteur "
    "anonymous anonyme anonym anonimo anonima anoniem anonimowy unknown inconnu unbekannt "
    "desconocido desconhecido sconosciuto onbekend nieznany caller host hote anfitrion moderator "
    "attendee admin test tester zoom teams meet external externe extern unverified nom name nombre "
    "nome naam student etudiant etudiante learner call in"
)
_OF_THEM: Final = _listed("pro max plus mini air se ultra de d of von van di do da my mon mein")

_PRODUCTS: Final = re.compile(
    r"""
    \b(?: otter\.ai | otter\s?pilot | fireflies(?:\.ai)? | read\.ai | read\s+ai | tl;dv | tldv
        | meetgeek | avoma | sembly | (?:ms\s|microsoft\s|m365\s|github\s)?copilot
        | (?:zoom\s)?ai\s+companion | fathom\.(?:video|ai) | grain\.(?:co|com|ai) | supernormal
        | circleback | airgram | tactiq | bluedot | meetrecord | leexi | modjo | claap | noota
        | notta(?:\.ai|\sbot) | gong\.io | chorus\.ai | fellow\.app | krisp(?:\.ai|\sai) | jamie\.ai
        | spinach\.(?:ai|io) | tucan\.ai | sally\.ai | bliro | laxis | nyota | vexa | recall\.ai
        | scribbl | happy\s?scribe | granola\.ai | gemini | chatgpt
    )(?!\w)
    """,
    re.VERBOSE,
)
# Products whose names are also those of people or things: only where nothing else is said.
_ALONE: Final = frozenset(
    (
        "fathom",
        "grain",
        "gong",
        "chorus",
        "krisp",
        "fellow",
        "spinach",
        "granola",
        "vowel",
        "otter ai",
    )
)
# What nobody is called, wherever it stands.
_TASKS: Final = re.compile(
    r"""
    \b(?: note[\s-]?tak(?:er|ing) | meeting\s+(?:notes|assistant|minutes|recorder|summary)
        | (?:ai|ki|ia)[\s-]+(?:assistants?|notes|notetaker|bot|assistent|asistente|assistente)
        | (?:notes?|meeting|recording|recorder|transcription|ai|ki|ia|scribe)[\s-]?bot
        | transcription | transcriber | live\s+transcript
        | preneu(?:r|se)\s+de\s+notes | prise\s+de\s+notes | assistant\s+(?:de\s+reunion|ia)
        | notizassistent\w* | protokollassistent\w* | besprechungsassistent\w* | protokollbot
        | tomador(?:a)?\s+de\s+notas | asistente\s+(?:de\s+reuniones|de\s+notas|ia)
        | assistente\s+(?:de\s+reuni(?:ao|oes)|de\s+notas|ia)
        | anotador(?:a)?\s+de\s+reuni(?:ao|oes)
        | assistente\s+(?:riunioni|di\s+riunione|per\s+riunioni) | prendi\s+appunti
        | notuleerassistent | vergaderassistent | notuleerder
        | asystent\s+spotkan(?:ia)? | asystent\s+ai | notatki\s+ze\s+spotkania
        | transkription | transkrypcja | transcricao | transcripcion | trascrizione | transcriptie
    )\b
    """,
    re.VERBOSE,
)
# Words that could be a family name: only where the rest are such words too.
_RECORDERS: Final = _listed(
    "recorder recording recordings record enregistrement enregistreur aufzeichnung aufnahme "
    "mitschnitt grabacion grabadora gravacao gravador registrazione registratore opname opnemer "
    "nagranie nagrywanie rejestrator"
)
_BESIDE: Final = _listed(
    "the of zoom teams meet meeting session cloud local bot ai video audio de la du der die das "
    "reunion sitzung sesion sessao sessione sessie sesja webinar cours course lecture do di"
)

_EQUIPMENT: Final = re.compile(
    r"""
    \b(?: zoom\s?rooms? | (?:ms\s|microsoft\s)?teams\s+rooms? | surface\s+hub
        | google\s+meet\s+hardware
        | poly\s+(?:studio|x\d+|g\d+|trio) | polycom | realpresence | tandberg | lifesize | starleaf
        | cisco\s+(?:room|board|desk|codec|webex|telepresence) | webex\s+(?:room|board|desk|share)
        | room\s+(?:kit|bar|panorama|series) | logi(?:tech)?\s+(?:rally|meetup|tap|room\w*|group)
        | rally\s+(?:bar|plus|camera) | yealink | meeting\s?board | crestron
        | neat\s+(?:bar|board|frame)
        | huddly | panacast | dten | meeting\s+owl | owl\s+labs | airtame | clickshare | barco
        | conference\s+(?:phone|system|device) | videoconference\s+\d+
    )\b
    | ^(?:mtr|vc|vtc|visio)[-_\s]*[a-z]*[-_\s]*\d | ^(?:mtr)[-_] | ^sip: | ^h\.?323
    """,
    re.VERBOSE,
)
_ROOMS: Final = re.compile(
    r"""
    \b(?: (?:conference|meeting|board|training|huddle|seminar|lecture|project|class|break-?out)
            [\s-]?rooms? | lecture\s+(?:hall|theat(?:re|er)) | auditorium\s+\d*
        | salles?\s+(?:de\s+|du\s+|d')(?:reunions?|conferences?|classe|formation|cours|visio\w*
            |conseil|tp|td|informatique)
        | amphi(?:theatre)?\s+\w+
        | (?:besprechungs|konferenz|seminar|schulungs|tagungs|sitzungs|klassen|unterrichts|gruppen
            |meeting|projekt)[\s-]?(?:raum|zimmer|saal) | horsaal | seminarraum
        | salas?\s+(?:de\s+|da\s+)(?:reunion(?:es)?|juntas|conferencias?|aulas?|formacion|clases?
            |profesores|reuni(?:ao|oes)|formacao)
        | sala\s+(?:riunioni|conferenze|conferenza|corsi|formazione) | aula\s+magna
        | (?:vergader|les|college|leer|conferentie|trainings?)[\s-]?(?:zaal|ruimte|kamer|lokaal)
        | sala\s+(?:konferencyjna|spotkan|szkoleniowa|wykladowa|lekcyjna|seminaryjna)
        | sali\s+(?:konferencyjnej|spotkan)
    )(?!\w)
    """,
    re.VERBOSE,
)
# "Salle 204", "Room 4", "Raum B-12", "Sala nr 3": the word, and then a number and no name.
_NUMBERED: Final = re.compile(
    r"""
    (?:^|[\s(\[/|-])
    (?: salle | room | rm | raum | zimmer | saal | sala | aula | salon | lokaal | zaal | kamer
        | ruimte | pokoj | pracownia | studio | lab | labo | labor | laboratorio | laboratoire
        | amphi
        | classroom | sal )
    [\s.:#_-]*(?:n[°ºo.]?|nr\.?|num\.?)?[\s#_-]*
    (?: [a-z]{0,3}[-._]?\d[\w.-]* )
    \s*[)\]]?$
    """,
    re.VERBOSE,
)
_PHONE: Final = re.compile(r"\+?[\d\s().*x/-]{5,}")
# Christopher has eleven letters.
_SHORT: Final = 12
_KNOWN: Final = DEVICES | NOBODY


def is_bot(text: str) -> bool:
    """Tell whether plain text is how a bot that records or takes notes is called."""
    if _PRODUCTS.search(text) or _TASKS.search(text):
        return True
    said = re.findall(r"[^\W_]+", text)
    if " ".join(said) in _ALONE:
        return True
    return any(word in _RECORDERS for word in said) and all(
        word in _RECORDERS or word in _BESIDE or word.isdigit() for word in said
    )


def is_room(text: str) -> bool:
    """Tell whether plain text is how a room or the equipment of one is called."""
    return bool(_EQUIPMENT.search(text) or _ROOMS.search(text) or _NUMBERED.search(text))


def is_anybody(text: str, pieces: list[str]) -> bool:
    """Tell whether plain text could be anyone: a device, a telephone number, a short first name."""
    if sum(char.isdigit() for char in text) > 3 and _PHONE.fullmatch(text):
        return True
    said = [piece for piece in pieces if not piece.isdigit() and piece not in _OF_THEM]
    if all(piece in _KNOWN or re.fullmatch(r"[a-z]{0,3}\d+\w{0,6}", piece) for piece in said):
        return True
    # What is left of "Ada's iPhone" is one short name as well.
    said = [piece for piece in said if piece not in _KNOWN]
    if len(said) > 1:
        return all(len(piece) == 1 for piece in said)
    # A name in Chinese characters is whole without a space.
    return len(said[0]) <= (2 if said[0] > "\u2e7f" else _SHORT)
