"""Goals that ask for a library that renews itself."""

from __future__ import annotations

import pytest
from planned import plan

from journeyman.domain import Renewal

BASE = "Win back lapsed customers by email, up to 10% off."


@pytest.mark.parametrize(
    ("words", "approval", "days"),
    [
        ("Replace worn-out copy every two weeks, without asking.", "auto", 14),
        ("Replace worn-out copy every two weeks.", "ask", 14),
        ("Keep testing new copy weekly, but ask me first.", "ask", 7),
        ("Refresh the copy every 10 days automatically.", "auto", 10),
        ("Retire weak variants monthly.", "ask", 30),
        ("Keep experimenting.", "ask", 7),
    ],
)
def test_it_is_read_with_its_days_and_whether_to_ask(words: str, approval: str, days: int) -> None:
    made = plan(f"{BASE} {words}")
    assert made.renewal == Renewal(approval=approval, every_days=days)  # type: ignore[arg-type]
    assert made.guardrails == plan(BASE).guardrails and made.schedule == plan(BASE).schedule


@pytest.mark.parametrize("words", ["", "Send a new message every two weeks.", "Renew memberships by email.", "Our copy is worn out."])
def test_other_words_ask_for_nothing(words: str) -> None:
    assert plan(f"{BASE} {words}").renewal is None


@pytest.mark.parametrize(
    ("goal", "approval", "days"),
    [
        ("Inaktive Kunden zurückgewinnen per E-Mail. Erneuere verbrauchte Texte alle zwei Wochen, ohne zu fragen.", "auto", 14),
        ("Inaktive Kunden zurückgewinnen per E-Mail. Teste laufend neue Texte, aber frag mich vorher.", "ask", 7),
        ("Inaktive Kunden zurückgewinnen per E-Mail. Abgenutzte Texte wöchentlich automatisch ersetzen.", "auto", 7),
        ("Inaktive Kunden zurückgewinnen per E-Mail. Die Texte sollen sich alle 10 Tage von selbst erneuern.", "auto", 10),
        ("Reconquérir les clients inactifs par e-mail. Renouvelle les textes usés toutes les deux semaines, sans demander.", "auto", 14),
        ("Reconquérir les clients inactifs par e-mail. Continue à tester de nouveaux textes, mais demande-moi d'abord.", "ask", 7),
        ("Reconquérir les clients inactifs par e-mail. Remplacer automatiquement les textes usés chaque semaine.", "auto", 7),
        ("Recuperar clientes inactivos por correo. Renueva los textos gastados cada dos semanas, sin preguntar.", "auto", 14),
        ("Recuperar clientes inactivos por correo. Sigue probando textos nuevos, pero pregúntame antes.", "ask", 7),
        ("Recuperar clientes inactivos por correo. Sustituir automáticamente los textos gastados cada semana.", "auto", 7),
    ],
)
def test_it_is_read_in_german_french_and_spanish(goal: str, approval: str, days: int) -> None:
    made = plan(goal)
    assert made.renewal == Renewal(approval=approval, every_days=days)  # type: ignore[arg-type]
    assert not made.questions
