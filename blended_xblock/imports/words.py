"""The words of report headers, by language: which column is what, whatever the order.

A header counts if it is one of the texts listed here, or if it holds the stem of a word that the
languages share in that place. A column that only looks like something gives way to one that is it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final

_NO_ACCENT: Final = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe"})
_APOSTROPHES: Final = str.maketrans(dict.fromkeys("\u2019\u2018\u02bc\u00b4`\u2032", "'"))
# Marks of direction that some tools put around names and times, and a mark of the byte order.
_INVISIBLE: Final = dict.fromkeys(
    map(ord, "\u200b\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2069\ufeff")
)


# Bounded: the cells of strangers pass here, for as long as the process lives.
@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """Return text without case, accents, kinds of apostrophes and of spaces."""
    if text.isascii():
        return " ".join(text.replace("`", "'").casefold().split()).strip(" :*")
    plain = text.translate(_INVISIBLE).translate(_APOSTROPHES).casefold()
    letters = unicodedata.normalize("NFKD", plain)
    kept = "".join(char for char in letters if not unicodedata.combining(char))
    return " ".join(kept.translate(_NO_ACCENT).split()).strip(" :*")


def split_header(header: str) -> tuple[str, str]:
    """Return a folded header and what stands in parentheses behind it.

    Where more follows it is no header, but a row that is parted by something else.
    """
    text = fold(header)
    base, _open, rest = text.partition("(")
    inner, _close, more = rest.partition(")")
    return (text, "") if more.strip() else (base.strip(" :*"), inner.strip())


_EXACT: Final[Mapping[str, frozenset[str]]] = {
    role: frozenset(fold(text) for text in texts.split("|"))
    for role, texts in {
        "email": "email|e-mail|mail|user email|email address|e-mail address|"
        "adresse e-mail|adresse mail|courriel|adresse e-mail de l'utilisateur|adresse électronique|"
        "correo electrónico|correo|e-mail del usuario|correo electrónico del usuario|"
        "dirección de correo electrónico|e-mail do usuário|e-mail do utilizador|"
        "endereço de e-mail|e-mail-adresse|benutzer-e-mail|e-mail des benutzers|"
        "indirizzo e-mail|indirizzo email|e-mail utente|posta elettronica|"
        "e-mailadres|e-mail van gebruiker|e-mailadres van gebruiker|adres e-mail|"
        "adres e-mail użytkownika|e-mail użytkownika",
        "name": "name|full name|user name|participant|participant name|display name|"
        "nom|nom complet|nom d'utilisateur|nom de l'utilisateur|"
        "nombre|nombre completo|nombre de usuario|nome|nome completo|nome do usuário|"
        "nome de utilizador|nome utente|nome visualizzato|naam|volledige naam|gebruikersnaam|"
        "nazwa|nazwa użytkownika|imię i nazwisko|pełna nazwa|pełne imię i nazwisko|"
        "vollständiger name|benutzername|anzeigename",
        "first_name": "first name|given name|prénom|vorname|nome próprio|primeiro nome|"
        "voornaam|imię",
        "last_name": "last name|surname|family name|nom de famille|nachname|familienname|apellido|"
        "apellidos|sobrenome|apelido|cognome|achternaam|nazwisko|último nome",
        "join": "join time|time joined|join|joined|joined at|heure d'arrivée|heure d'entrée|"
        "heure de connexion|heure de participation|hora de entrada|hora para unirse|"
        "hora de ingreso|hora de incorporación|hora de unión|ingressar na hora|hora de ingresso|"
        "horário de entrada|beitrittszeit|beitrittszeitpunkt|beigetreten um|beitritt um|"
        "teilnahmezeit|"
        "ora di ingresso|ora di accesso|ora di partecipazione|ora di entrata|ora ingresso|"
        "deelnametijd|deelnemen om|deelgenomen om|"
        "tijd van deelname|tijdstip van deelname|aanmeldtijd|toetredingstijd|"
        "czas dołączenia|godzina dołączenia|godzina wejścia",
        "leave": "leave time|time exited|leave|left|left at|exit time|heure de départ|"
        "heure de sortie|heure de déconnexion|hora de salida|hora para salir|hora de abandono|"
        "hora de saída|horário de saída|sair na hora|verlassenszeit|austrittszeit|"
        "verlassenszeitpunkt|verlassen um|zeit des verlassens|ora di uscita|ora uscita|"
        "ora di abbandono|vertrektijd|verlaten om|vertrokken om|"
        "tijd van vertrek|tijdstip van vertrek|verlaattijd|"
        "godzina opuszczenia|czas opuszczenia|godzina wyjścia|czas wyjścia",
        "duration": "duration|time in session|in-meeting duration|durée|temps de présence|"
        "temps en session|duración|tiempo en sesión|tiempo en la sesión|duração|tempo na sessão|"
        "tempo de sessão|durata|tempo nella sessione|dauer|zeit in sitzung|verweildauer|duur|"
        "tijd in sessie|czas trwania|czas w sesji",
        "total": "total duration|durée totale|duración total|duração total|durata totale|"
        "gesamtdauer|totale duur|łączny czas trwania|całkowity czas trwania",
        "attended": "attended|a participé|présent|participation|asistió|ha asistido|asistido|"
        "asistencia|participó|compareceu|participou|teilgenommen|hat teilgenommen|"
        "teilnahme|ha partecipato|partecipato|partecipazione|bijgewoond|deelgenomen|"
        "heeft deelgenomen|aanwezig|uczestniczył|uczestniczył(a)|uczestnictwo|obecny|"
        "wziął udział",
        "role": "role|rôle|rol|rolle|papel|função|ruolo|rola",
        "action": "user action|action de l'utilisateur|action utilisateur|action|acción de usuario|"
        "acción del usuario|ação do usuário|ação do utilizador|benutzeraktion|azione utente|"
        "gebruikersactie|actie van gebruiker|akcja użytkownika|działanie użytkownika",
        "timestamp": "timestamp|horodatage|horodateur|marca de tiempo|carimbo de data/hora|"
        "zeitstempel|data e ora|tijdstempel|tijdstip|sygnatura czasowa|znacznik czasu",
        "username": "username",
        "status": "status",
        "minutes": "minutes",
    }.items()
}
_STEMS: Final[Mapping[str, tuple[str, ...]]] = {
    "email": ("mail", "correo", "courriel", "correio", "posta elettr", "e-post"),
    "waiting": (
        *("waiting room", "salle d'attente", "sala de espera", "warteraum", "sala d'attesa"),
        *("sala di attesa", "wachtruimte", "wachtkamer", "wachtlokaal", "poczekaln"),
        *("salle de attente", "wartezimmer", "wartebereich"),
    ),
    "join": (
        *("join", "rejoi", "arriv", "entrad", "entree", "ingres", "unirse", "incorpor", "beitritt"),
        *("beigetret", "access", "deelnam", "toetred", "dolacz", "wejsc"),
    ),
    "leave": (
        *("leav", "left", "exit", "depart", "sorti", "salid", "salir", "saida", "uscit"),
        *("verlass", "austritt", "vertrek", "verlat", "opuszcz", "wyjsc"),
    ),
}
# A stem of coming and going counts only beside a word for time: "Department" is no leave.
_TIME: Final = re.compile(r"time|heure|hora\b|\bora\b|zeit|tijd|czas|godzin|horario")
_NOT_A_STAY: Final = re.compile(
    r"regist|inscri|anmeld|rejestr|approv|\bfirst\b|\blast\b|premier|dernier|erster|letztes"
    r"|\bprim(?:er|eir|[oa]\b)|ultim|pierwsz|ostatni|eerste|laatste"
)
# Who called the others together, in the column of roles or in a heading: also with "co-" before.
_HOST: Final = re.compile(
    r"\bhost|organi[sz]|\bhotes?\b|animateur|animatrice|anfitri|gastgeber|gastheer|gospodarz|arrang"
    r"|moderator|opettaja|jarjestaja|duzenleyen|szervezo|организатор|開催者|主催者|組織者|组织者"
    r"|主持人|ホスト|主持人|호스트|이끌이|주최자"
)
HOSTS: Final = frozenset(
    fold(word)
    for word in (
        *("host", "hôte", "animateur", "animatrice", "anfitrión", "anfitriona", "anfitrião"),
        *("anfitriã", "gastgeber", "gastgeberin", "organizzatore", "organizzatrice", "gastheer"),
        *("gospodarz", "organizator", "主持人", "ホスト", "호스트"),
    )
)
"""How Zoom marks the host behind a name."""

_ORIGINAL: Final = re.compile(r"origin|urspr|oorspr|orygin|pierwotn")
_MINUTES: Final = re.compile(r"minut|\bmin\b|minuty")

_YES: Final = frozenset(["yes", "y", "oui", "o", "si", "sim", "ja", "j", "tak", "t", "true", "1"])
_NO: Final = frozenset(["no", "n", "non", "nao", "nein", "nee", "nie", "false", "0", "-", "--"])


def is_yes(cell: str) -> bool | None:
    """Return what a cell answers: yes, no (also where it is blank), or None for another word."""
    word = fold(cell)
    if word in _YES:
        return True
    return False if not word or word in _NO else None


def names_host(cell: str) -> bool:
    """Tell whether a role or a heading is that of the host, organiser or moderator."""
    return bool(_HOST.search(unicodedata.normalize("NFC", fold(cell))))


def names_original(header: str) -> bool:
    """Tell whether a name column shows the original name in parentheses."""
    return bool(_ORIGINAL.search(split_header(header)[1]))


def counts_minutes(header: str) -> bool:
    """Tell whether a column of durations says that they are minutes."""
    return bool(_MINUTES.search(split_header(header)[1]))


def states_unit(columns: Columns, role: str) -> bool:
    """Tell whether a column's header has something in parentheses, such as what it counts."""
    return bool(split_header(columns.header_of(role))[1])


class Columns:
    """Which column of a header is what; a role that two columns could have, nobody has."""

    def __init__(self, header: Sequence[str]) -> None:
        self.header = header
        self._places: dict[str, int] = {}
        exact: dict[str, list[int]] = {}
        likely: dict[str, list[int]] = {}
        for index, cell in enumerate(header):
            role, is_exact = _role_of(cell)
            if role:
                (exact if is_exact else likely).setdefault(role, []).append(index)
        for role in exact.keys() | likely.keys():
            # The first of two that say the same: Zoom has the user's e-mail before a contact's.
            candidates = exact.get(role) or likely[role]
            if role == "name":
                # Beside the name as it was shown, "Nom" is a last name, and "Nome" a first one.
                candidates = [i for i in candidates if names_original(header[i])] or candidates
            if len(candidates) == 1 or (role in exact and role in {"email", "name"}):
                self._places[role] = candidates[0]

    def __contains__(self, role: str) -> bool:
        return role in self._places

    def __getitem__(self, role: str) -> int:
        return self._places[role]

    def take(self, role: str, place: int) -> None:
        """Say what a column is that its header does not tell."""
        self._places[role] = place

    def has(self, *roles: str) -> bool:
        """Tell whether each of these columns is there."""
        return all(role in self._places for role in roles)

    def of(self, row: Sequence[str], role: str) -> str:
        """Return a row's cell in this column, without spaces around it, or "" without one."""
        place = self._places.get(role)
        return row[place].strip() if place is not None and place < len(row) else ""

    @property
    def roles(self) -> Iterable[str]:
        return self._places.keys()

    @property
    def unknown(self) -> list[str]:
        """The headers that mean nothing to us."""
        return [self.header[place] for place in self.unknown_places]

    @property
    def unknown_places(self) -> list[int]:
        """The columns whose headers mean nothing to us."""
        known = set(self._places.values())
        return [i for i, cell in enumerate(self.header) if cell.strip() and i not in known]

    def header_of(self, role: str) -> str:
        return self.header[self._places[role]]


def _role_of(cell: str) -> tuple[str, bool]:
    base, paren = split_header(cell)
    if not base and not paren:
        return "", False
    if "upn" in (base, paren) or paren.startswith("upn") or "(upn)" in fold(cell):
        return "upn", True
    if any(stem in base for stem in _STEMS["waiting"]):
        return "waiting", True
    if _ORIGINAL.search(paren):
        return "name", True
    for role, texts in _EXACT.items():
        if base in texts or fold(cell) in texts:
            return role, True
    if _NOT_A_STAY.search(base):
        return "", False
    if any(stem in base for stem in _STEMS["email"]):
        if names_host(cell):
            # The same in each row: everybody would be one person.
            return "", False
        return "email", False
    if _TIME.search(base):
        for role in ("join", "leave"):
            if any(stem in base for stem in _STEMS[role]):
                return role, False
    return "", False
