"""The words of headers that people write themselves, by language.

Other than a tool's, such a header may mean something else in the next language: "Nombre" is a name
in Spanish and a number in French. A table is therefore read in one language, beside English.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from blended_xblock.imports.hand import Role
from blended_xblock.imports.words import fold, split_header

_TEXTS: Final[Mapping[str, Mapping[Role, str]]] = {
    "en": {
        "email": "email|e-mail|mail|email address|e-mail address|user email",
        "account": "username|user name|login|account|user",
        "external_id": "external id|external user key|student id|student number|learner id",
        "name": "name|full name|participant|learner|student|display name",
        "first_name": "first name|given name|forename",
        "last_name": "last name|surname|family name",
        "status": "status|attendance|attendance status|mark|presence|status code",
        "minutes": "minutes|minute|min|mins|minutes present|duration (minutes)|duration (min)",
        "join": "join|joined|join time|time joined|arrived|arrival|arrival time|time in|check-in",
        "leave": "leave|left|leave time|time left|departure|departed|departure time|time out",
        "date": "date|day|session date",
        "note": "note|notes|comment|comments|remark|remarks",
    },
    "fr": {
        "email": "courriel|mél|adresse e-mail|adresse mail|adresse email|adresse électronique",
        "account": "nom d'utilisateur|identifiant|pseudo|compte|utilisateur",
        "external_id": "numéro d'étudiant|numéro étudiant|n° étudiant|matricule|id externe|"
        "identifiant externe",
        "name": "nom|nom complet|nom et prénom|nom prénom|prénom nom|prénom et nom|participant|"
        "participante|apprenant|apprenante|stagiaire|étudiant|élève|élèves",
        "first_name": "prénom",
        "last_name": "nom de famille|nom de naissance",
        "status": "statut|état|présence|présences|assiduité|code du statut|code statut",
        "minutes": "minutes|durée (minutes)|durée (min)|minutes de présence|durée en minutes",
        "join": "arrivée|arrivé|arrivé à|heure d'arrivée|heure d'entrée|entrée|début",
        "leave": "départ|parti|parti à|heure de départ|heure de sortie|sortie|fin",
        "date": "date|jour|date de séance|date de la séance",
        "note": "note|notes|remarque|remarques|commentaire|commentaires|observation|observations",
    },
    "de": {
        "email": "e-mail-adresse|mailadresse|email-adresse",
        "account": "benutzername|anmeldename|benutzer|konto|kennung",
        "external_id": "matrikelnummer|matrikel-nr.|matrikelnr.|externe id|personalnummer",
        "name": "name|vollständiger name|name, vorname|teilnehmer|teilnehmerin|teilnehmende",
        "first_name": "vorname",
        "last_name": "nachname|familienname",
        "status": "status|anwesenheit|anwesend|anwesenheitsstatus",
        "minutes": "minuten|dauer (minuten)|dauer (min)|anwesenheit (minuten)|dauer in minuten",
        "join": "ankunft|gekommen|beginn|kommen|beitritt|beitrittszeit",
        "leave": "abgang|gegangen|ende|gehen|verlassen um|verlassenszeit",
        "date": "datum|tag",
        "note": "notiz|notizen|bemerkung|bemerkungen|anmerkung|anmerkungen|kommentar|kommentare",
    },
    "es": {
        "email": "correo|correo electrónico|dirección de correo electrónico",
        "account": "nombre de usuario|usuario|cuenta",
        "external_id": "matrícula|número de estudiante|id externo|número de matrícula",
        "name": "nombre|nombre completo|nombre y apellidos|apellidos y nombre|participante|alumno|"
        "alumna|estudiante",
        "first_name": "nombre de pila",
        "last_name": "apellido|apellidos",
        "status": "estado|asistencia|presencia",
        "minutes": "minutos|duración (minutos)|duración (min)",
        "join": "llegada|entrada|hora de llegada|hora de entrada|inicio",
        "leave": "salida|hora de salida|fin",
        "date": "fecha|día",
        "note": "nota|notas|comentario|comentarios|observación|observaciones",
    },
    "pt": {
        "email": "endereço de e-mail|correio eletrónico|endereço eletrónico",
        "account": "nome de usuário|nome do usuário|nome de utilizador|usuário|utilizador|conta",
        "external_id": "matrícula|número de aluno|número do aluno|id externo",
        "name": "nome|nome completo|participante|aluno|aluna|formando|formanda",
        "first_name": "nome próprio|primeiro nome",
        "last_name": "apelido|sobrenome|último nome",
        "status": "estado|situação|presença|frequência|status",
        "minutes": "minutos|duração (minutos)|duração (min)",
        "join": "chegada|entrada|hora de chegada|hora de entrada|início",
        "leave": "saída|hora de saída|fim",
        "date": "data|dia",
        "note": "nota|notas|comentário|comentários|observação|observações",
    },
    "it": {
        "email": "indirizzo e-mail|indirizzo email|posta elettronica",
        "account": "nome utente|utente|account",
        "external_id": "matricola|numero di matricola|id esterno",
        "name": "nome e cognome|cognome e nome|nome completo|nominativo|partecipante|studente",
        "first_name": "nome",
        "last_name": "cognome",
        "status": "stato|presenza|presenze",
        "minutes": "minuti|durata (minuti)|durata (min)",
        "join": "arrivo|entrata|ingresso|ora di arrivo|ora di ingresso|inizio",
        "leave": "uscita|ora di uscita|partenza|fine",
        "date": "data|giorno",
        "note": "nota|note|commento|commenti|osservazioni",
    },
    "nl": {
        "email": "e-mailadres|emailadres|mailadres",
        "account": "gebruikersnaam|gebruiker|account",
        "external_id": "studentnummer|leerlingnummer|extern id|externe id",
        "name": "naam|volledige naam|deelnemer|student|cursist",
        "first_name": "voornaam",
        "last_name": "achternaam|familienaam",
        "status": "status|aanwezigheid|aanwezig",
        "minutes": "minuten|duur (minuten)|duur (min)",
        "join": "aankomst|aankomsttijd|binnen|begin|gekomen",
        "leave": "vertrek|vertrektijd|einde|vertrokken",
        "date": "datum|dag",
        "note": "notitie|notities|opmerking|opmerkingen",
    },
    "pl": {
        "email": "adres e-mail|adres email|poczta",
        "account": "nazwa użytkownika|użytkownik|login|konto",
        "external_id": "numer albumu|nr albumu|numer indeksu|nr indeksu|identyfikator zewnętrzny",
        "name": "imię i nazwisko|nazwisko i imię|pełne imię i nazwisko|uczestnik|student",
        "first_name": "imię|imiona",
        "last_name": "nazwisko",
        "status": "status|obecność|stan",
        "minutes": "minuty|minut|czas (minuty)|czas trwania (minuty)|czas (min)",
        "join": "przybycie|wejście|godzina przybycia|godzina wejścia|przyjście|początek",
        "leave": "wyjście|godzina wyjścia|koniec",
        "date": "data|dzień",
        "note": "notatka|notatki|uwaga|uwagi|komentarz|komentarze",
    },
}
_ROLES: Final[Mapping[str, Mapping[str, Role]]] = {
    language: {fold(text): role for role, texts in roles.items() for text in texts.split("|")}
    for language, roles in _TEXTS.items()
}
_ENGLISH: Final = _ROLES["en"]


def places_of(header: Sequence[str]) -> dict[Role, int]:
    """Return which column is what, in the language that knows most of them.

    Nothing where two columns of a language are the same, or where two languages know as many and
    do not agree.
    """
    readings: list[dict[Role, int]] = []
    most = 0
    for roles in _ROLES.values():
        found: dict[Role, int] = {}
        is_twice = False
        for place, cell in enumerate(header):
            role = _role_of(cell, roles)
            is_twice = is_twice or role in found
            if role is not None:
                found[role] = place
        if len(found) > most:
            readings, most = [], len(found)
        if found and len(found) == most:
            readings.append({} if is_twice else found)
    first = readings[0] if readings else {}
    return first if all(each == first for each in readings) else {}


def _role_of(cell: str, roles: Mapping[str, Role]) -> Role | None:
    """Return what a header means: as a whole, else without what stands in parentheses."""
    for text in (fold(cell), split_header(cell)[0]):
        role = roles.get(text) or _ENGLISH.get(text)
        if role is not None:
            return role
    return None


def guess_places(header: Sequence[str]) -> dict[Role, int]:
    """Return what the columns may be, for a person to confirm: the first of each, in any language.

    A role that another column has in most languages is not taken by one that has it in few.
    """
    certain = places_of(header)
    if certain:
        return certain
    found: dict[Role, int] = {}
    votes: list[tuple[int, int, Role]] = []
    for place, cell in enumerate(header):
        count: dict[Role, int] = {}
        for roles in _ROLES.values():
            role = _role_of(cell, roles)
            if role is not None:
                count[role] = count.get(role, 0) + 1
        votes.extend((-number, place, role) for role, number in count.items())
    taken: set[int] = set()
    for _number, place, role in sorted(votes):
        if role not in found and place not in taken:
            found[role] = place
            taken.add(place)
    return found
