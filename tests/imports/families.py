"""A small report of each family, by the format that it is read as: all people are invented."""

from __future__ import annotations

from blended_xblock.imports import roll
from tests.imports.files import POLISH, ROOMS, zoom

US = "05/12/2026 09:30:00 AM"
EVENTS = (
    "Full Name\tUser Action\tTimestamp\nAda\tJoined\t5/12/2026, 9:00:00 AM\n"
    "Ada\tLeft\t5/12/2026, 10:00:00 AM\n"
)
MEET = (
    "First name,Last name,Email,Duration,Time joined,Time exited\n"
    "Ada,Example,a@example.org,1 hr 2 min,09:10,10:12\nBo,,,45 min,09:00,09:45\n"
)
TOTALS = "Name,Email,Duration\nAda,a@example.org,1:00:00\nBo,,42m\nCy,,1:30\n"
BOARD = (
    "Name,Moderator,Score,Talk,Webcam,Messages,Reactions,Votes,Hands,Join,Left,Duration,Ready?\n"
    '"Ada","TRUE","0","00:41:10","-","4","0","0","0","5/12/2026, 08:55:12 AM",'
    '"5/12/2026, 12:36:40 PM","03:20:50","-"\n'
    '"Bo","FALSE","7.5","-","-","2","1","1","1","-","-","00:00:42","Yes"\n'
    '"Anonymous","","","","","","","","","","","","No"\n'
)
OWN = (
    "email,name,status,minutes,join,leave\na@example.org,Ada,present,,2026-05-12T08:55,\n"
    "b@example.org,Bo,late,95,,\n"
)
UNIQUE = "Name (Original Name),User Email,Total Duration (Minutes)\nZed (Ada),a@example.org,229\n"
FAMILIES = {
    "zoom": zoom(f"Ada,a@example.org,{US},05/12/2026 10:30:00 AM,60,No", f"Bo,,{US},,,Yes"),
    "zoom-unique": UNIQUE,
    "teams-v1": EVENTS,
    "teams-v3": POLISH,
    "rooms": ROOMS,
    "meet": MEET,
    "meet-totals": TOTALS,
    "bbb": BOARD,
    "csv": OWN,
}

WEBINAR = (
    "Attendee Report\nHost Details\n"
    "Attended,User Name (Original Name),Email,Join Time,Leave Time\n"
    "Yes,Ada,a@example.org,05/12/2026 09:00:00 AM,05/12/2026 10:00:00 AM\n"
    "No,Bo,b@example.org,--,--\n"
    "Other Attended\nUser Name,Join Time,Leave Time\n"
    "33600000000,05/12/2026 11:00:00 AM,05/12/2026 12:00:00 PM\n"
)
WAITING = (
    "Nom (nom original);Adresse e-mail;Heure d’arrivée;Heure de départ;Durée (minutes);"
    "Salle d’attente\n"
    "Ada;a@example.org;12/05/2026 09:00:00;12/05/2026 10:00:00;60;Non\n"
    "Bo;;12/05/2026 08:50:00;12/05/2026 09:00:00;10;Oui\n"
)
SUMMARY = (
    "Meeting Summary\nMeeting Title\tX\n\n"
    "Full Name\tJoin Time\tLeave Time\tDuration\tEmail\tRole\tParticipant ID (UPN)\n"
    "Ada\t5/12/2026, 8:55:12 AM\t5/12/2026, 12:36:40 PM\t3h 41m\ta@example.org\tOrganizer\ta\n"
)
REGISTER = (
    "Datum;Vorname;Nachname;Anwesenheit;Ankunft;Abgang;Bemerkung\n"
    "12.05.2026;Ada;Muster;ja;09:00;10:00;x\n13.05.2026;Bo;Muster;nein;;;\n"
)


def exported(language: str) -> str:
    """Return a roll as we export it."""
    header = [text % {"zone": "Europe/Paris"} for text in roll.HEADERS[language].values()]
    kinds, how = roll.KINDS[language], roll.MODALITIES[language]
    at = "2026-05-12 09:25:00"
    ada = ["Ada", "ada", "a@example.org", "", kinds["expected"], "L", "Late", "95", how["remote"]]
    zoe = ["Zoë", "", "", "", kinds["guest"], "P", "Present", "", ""]
    rows = [header, [*ada, at, "", "'=1+1", "x", at], [*zoe, "", "", "", "", ""]]
    return "".join(";".join(row) + "\r\n" for row in rows)


SEEDS = (
    *FAMILIES.values(),
    *(WEBINAR, WAITING, SUMMARY, REGISTER, exported("en"), exported("fr")),
)
"""All of them, for whoever damages them."""
