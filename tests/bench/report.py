"""The figures as a Markdown table."""

STEPS = {"apply": "first apply", "plan": "no-op plan", "destroy": "destroy"}

COMPARED = """\
| objects | step | provision | Terraform | time | memory | API calls |
| --- | --- | --- | --- | --- | --- | --- |
"""

ALONE = """\
| measured | figure | budget |
| --- | --- | --- |
"""


def markdown(figures):
    """All that was measured; what was skipped is said in words."""
    parts = [f"provision {figures['provision']}, medians of {figures['runs']} runs.\n"]
    for section in figures["compared"]:
        parts.append(_compared(section))
    if figures["alone"]:
        rows = "".join(f"| {row['what']} | {row['figure']} | {row['budget']} |\n" for row in figures["alone"])
        parts.append(ALONE + rows)
    parts += [f"Skipped: {reason}.\n" for reason in figures["skipped"]]
    return "\n".join(parts)


def _compared(section):
    rows = ""
    for step, ours in section["provision"].items():
        theirs = section.get("terraform", {}).get(step)
        rows += "| " + " | ".join([section["objects"], STEPS[step], _figures(ours), *_against(ours, theirs)]) + " |\n"
    return COMPARED + rows


def _figures(costs):
    note = "" if costs["exit_codes"] == [0] else ", **not empty**"
    return f"{costs['seconds']:.2f} s, {costs['peak_mb']:.0f} MB, {costs['api_calls']} calls{note}"


def _against(ours, theirs):
    if theirs is None:
        return ["", "", "", ""]
    return [_figures(theirs)] + [_share(ours[key], theirs[key]) for key in ("seconds", "peak_mb", "api_calls")]


def _share(ours, theirs):
    return f"1/{theirs / ours:.1f}" if ours else "none"
