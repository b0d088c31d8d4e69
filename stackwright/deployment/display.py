"""A plan as a text that people read before they say yes."""

from stackwright.deployment.plan import Plan
from stackwright.deployment.risk import Risk
from stackwright.deployment.step import Step


def plan_markdown(plan: Plan) -> str:
    """The plan by service: what is done, how risky that is, what it costs, and how it is taken back."""
    lines = [f"## {plan.title}", "", f"Digest: `{plan.digest}`", ""]
    counts = ", ".join(f"{number} {action}" for action, number in plan.counts().items())
    lines += [f"{len(plan.steps)} steps: {counts or 'nothing'}. Risk: **{plan.risk}**.", ""]
    for group, steps in plan.groups().items():
        lines += [f"### {group}", ""]
        lines += [line for step in steps for line in _step(plan, step)]
        lines.append("")
    rest = [one for one in plan.findings if not any(one in plan.findings_at(s) for s in plan.steps)]
    lines += [f"* {finding.sentence()}" for finding in rest]
    if plan.cost:
        before, after = plan.cost.before_usd_per_month, plan.cost.after_usd_per_month
        lines += ["", f"A month costs about {after:,.2f} US$, {after - before:+,.2f} against now."]
    back = "by itself" if plan.automatic_rollback else "by hand"
    lines += ["", f"A release that does not become healthy is taken back {back}."]
    return "\n".join(lines)


def _step(plan: Plan, step: Step) -> list[str]:
    risk = "" if step.risk is Risk.SAFE else f" — **{step.risk}**: {' '.join(step.reasons)}"
    lines = [f"* {step.action}: {step.title}{risk}"]
    return lines + [f"  * {finding.sentence()}" for finding in plan.findings_at(step)]
