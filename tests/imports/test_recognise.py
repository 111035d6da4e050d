"""Bots and rooms are set aside; people who are called like them are not lost."""

from __future__ import annotations

import pytest

from blended_xblock.imports.matching import Candidate, match_people
from blended_xblock.imports.recognise import recognise
from blended_xblock.imports.report import Participant

BOTS = """
Otter.ai | Ada's OtterPilot | Otter.ai (Ada Example) | Fireflies.ai Notetaker Ada
Fred from Fireflies.ai | Fathom | Fathom Notetaker | Ada's Fathom Notetaker | Read.ai
read.ai meeting notes | Read AI | tl;dv | tldv Notetaker | Zoom AI Companion | AI Companion
MeetGeek | MeetGeek AI Assistant | Avoma | Avoma Assistant | Grain | Grain Notetaker | Sembly
Sembly AI | Copilot | Microsoft Copilot | Notetaker | Note Taker | Ada’s Notetaker | AI Notetaker
Recorder | Recording | Zoom Recorder | Recording Bot | Meeting Recorder | Meeting Notes
Meeting Assistant | AI Assistant | Krisp.ai | Supernormal | Leexi | Preneur de notes
Preneuse de notes IA | Prise de notes | Enregistrement | Enregistreur de réunion
Assistant de réunion | KI-Assistent | Aufzeichnung | Aufnahme | Notizassistent | Transkription
Grabación | Grabadora | Tomador de notas | Asistente de reuniones | Transcripción | Gravação
Gravador | Assistente de reunião | Anotador de reunião | Transcrição | Registrazione
Registratore | Assistente riunioni | Trascrizione | Opname | Notuleerassistent | Transcriptie
Nagranie | Nagrywanie | Asystent spotkań | Transkrypcja | Scribe Bot | Notta Bot | Claap | Modjo
Noota
"""
ROOMS = """
Salle 204 | Room 4 | Zoom Rooms | Zoom Room B | Conference Room | Boardroom | Meeting Room 2
Classroom 12 | MTR-Paris-3 | MTR_204 | Poly Studio | Poly X50 | Polycom RealPresence
Cisco Room Kit | Cisco Webex Board | Logi Rally | Logitech Rally Bar | Rally Bar Mini
Yealink MeetingBoard | Neat Bar | Surface Hub | Huddle Room | Teams Room Lyon
Microsoft Teams Rooms | Lecture Hall | Salle de réunion | SALLE DE CONFÉRENCE | Salle n° 12
Salle B-12 | Salle de formation Lyon | Amphi 3 | Amphithéâtre Descartes | Besprechungsraum
Konferenzraum 2 | Raum 1.04 | Seminarraum | Hörsaal B | Schulungsraum Nord | Sitzungszimmer
Sala de reuniones | Sala 3 | Sala de juntas | Aula 12 | Sala de conferencias | Sala de reunião
Sala de reuniões 2 | Sala riunioni | Sala Conferenze | Aula Magna | Vergaderzaal
Vergaderruimte 3 | Lokaal 12 | Leslokaal 4 | Sala konferencyjna | Sala nr 3 | Pokój 12
Sala spotkań | ACME HQ - Room 12 | Paris (Salle 4) | Meeting Owl | Zaal 3
"""
PEOPLE = """
Emma Room | Ian Salle | Salle Marie | Anna Otter | Otter | Mark Reader | Jane Recorder
John Record | Jan Bot | Ada Example | Sala Giovanni | Giulia Sala | Raúl Sala Aula | Max Zimmer
Hans Zimmer | Klaus Saal | Peter Raum | Karl Kamer | Joost van der Zaal | Fred Grain | Marie Grain
Jamie Fathom | Neat Barbara | Logan Rally | Poly Styrene | Polly Studio | Cisco Kid
Francisco Roomer | Board Erik | Hub Ert | Owl Ott | Anja Lokaal | Luis Pokój | Carla Aula
Note Svensson | Notburga Taker | Sem Bly | Gong Li | Li Gong | Chorus Line | Copi Lotte
Mitra Fireman | Robin Bird | Assistant Ada | Ai Sato | Ai Weiwei | Kim Gram | Aufnahmeleiterin Eva
Studio Ghibli | Studio | Lab Rat | Ada (Room) | 佐藤 美咲 | أحمد الأمين | Иван Петров
Amphion Vasquez | Concetta Registri | Opnamer Jan | María Grabado | Ana Clara Salas | J. Salle
S. Room | Claude Dupont | Jean Salle-Dubois | Readá Ivy | Vera Gravina | Reda Aiello
Rosa Conferenza
"""


def listed(text: str) -> list[str]:
    return [name.strip() for line in text.strip().splitlines() for name in line.split("|")]


@pytest.mark.parametrize("name", listed(BOTS))
def test_bots(name) -> None:
    assert recognise(name) == "bot"


@pytest.mark.parametrize("name", listed(ROOMS))
def test_rooms(name) -> None:
    assert recognise(name) == "room"


@pytest.mark.parametrize("name", listed(PEOPLE))
def test_people(name) -> None:
    assert recognise(name) is None


def match(participant, *candidates):
    found = match_people([participant], candidates, {})[0]
    return found.user_id, found.why, [each.user_id for each in found.suggestions]


@pytest.mark.parametrize("name", ["Room 4", "Otter.ai", "Notetaker", "Salle 204", "Copilot"])
def test_what_is_certain_wins(name) -> None:
    learner = Candidate(1, "ada", "Ada Example", ("ada@example.org",))
    assert match(Participant(name, "ada@example.org", 1), learner) == (1, "email", [])
    assert match(Participant(name, None, 1), learner)[:2] in ((None, "bot"), (None, "room"))
    assert match(Participant(name, None, 1), Candidate(1, "x", name)) == (None, "name", [1])


HOST = Candidate(3, "tess", "Tess Trainer", ("tess@example.org",), is_team=True)
ADA = Candidate(1, "ada", "Ada Example", ("ada@example.org",))


@pytest.mark.parametrize(
    ("participant", "suggestions"),
    [
        (Participant("Tess", "tess@example.org", 1), [3]),
        (Participant("Trainer, Tess", None, 1), [3]),
        (Participant("Tess Trainer", None, 1, is_host=True), [3]),
        (Participant("Somebody", None, 1, is_host=True), []),
        (Participant("Ada", "ada@example.org", 1, is_host=True), [1]),
        (Participant("Ada Example", None, 1, is_host=True), [1]),
        (Participant("Zed", None, 1, account="TESS"), [3]),
    ],
)
def test_hosts_are_set_aside_with_who_they_may_be(participant, suggestions) -> None:
    assert match(participant, ADA, HOST) == (None, "host", suggestions)


def test_a_learner_called_like_the_trainer_is_for_a_person_to_tell() -> None:
    namesake = Candidate(5, "tess2", "Tess Trainer")
    assert match(Participant("Tess Trainer", None, 1), ADA, HOST, namesake) == (
        None,
        "name",
        [3, 5],
    )


def test_a_host_whom_somebody_confirmed_as_learner_is_remembered() -> None:
    person = Participant("Ada", "ada@example.org", 1, is_host=True)
    found = match_people([person], [ADA, HOST], {"email:ada@example.org": 1})[0]
    assert (found.user_id, found.why) == (1, "alias")
