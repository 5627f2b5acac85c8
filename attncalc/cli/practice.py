"""attncalc practice: a sheet as a conversation, number by number."""

import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from attncalc.cli import options, output
from attncalc.cli.arrays import arranged
from attncalc.cli.attention import OverridesAttention, overrides
from attncalc.errors import InputError

if TYPE_CHECKING:
    from attncalc.document.document import Document
    from attncalc.sheet import Sheet
    from attncalc.worksheet.practising import Practice

EXAMPLES = """\b
Examples:
  attncalc practice handout.yaml
  attncalc practice handout.yaml --seed 1 --level 2
  printf '0.5\\nhint\\nshow\\nquit\\n' | attncalc practice handout.yaml
"""

Seed = Annotated[
    Optional[int],
    typer.Option(
        "--seed",
        min=0,
        metavar="N",
        help="New numbers, problem after problem, from two tokens and whole numbers on.",
        show_default=False,
    ),
]
Level = Annotated[
    int,
    typer.Option(
        "--level",
        min=1,
        max=3,
        help="1: what is to be done, and the terms; 2: what is to be done; 3: the number alone.",
    ),
]


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("practice", cls=OverridesAttention, epilog=EXAMPLES)(practice)


def practice(
    context: typer.Context,
    files: options.File,
    seed: Seed = None,
    level: Level = 1,
    blank: options.BlankOption = None,
    query: options.SheetQuery = None,
    head: options.SheetHead = None,
    precision: options.SheetPrecision = 4,
    lang: options.Lang = "en",
    decimal: options.Decimal = None,
    color: options.ColorOption = "auto",
) -> None:
    """Practise a sheet: one number at a time, with a verdict at once.

    Answers are typed, or come through a pipe. hint shows the terms, show works a number out, skip
    goes on, quit ends. Options such as --scale override the file's.
    """
    file = options.only(files, "practice")
    if file == "-":
        message = "standard input is where the answers come from; expected a file"
        raise InputError("attncalc practice", message)
    options.speak(context, lang, decimal)

    from attncalc.worksheet.loading import maker_of
    from attncalc.worksheet.making import Wanted
    from attncalc.worksheet.practising import rounds

    wanted = Wanted(2, blank, precision, None if head is None else head - 1)
    queries = None if query is None else [query]
    maker = maker_of(file, wanted, overrides(context), queries, arranged(context))
    sheets = rounds(maker, seed)
    talk = _Talk(level, color)
    with suppress(KeyboardInterrupt, BrokenPipeError):
        talk.hold(sheets, numbered=seed is not None)
    with suppress(BrokenPipeError):
        talk.close()


class _Talk:
    """What is said and typed. practices: those that were begun."""

    def __init__(self, level: int, color: options.Color) -> None:
        self.level = level
        self.color = color
        self.practices: list[Practice] = []

    def hold(self, sheets: "Iterator[Sheet]", *, numbered: bool) -> None:
        """Ask, until there is nothing more to be asked, or nobody answers."""
        from attncalc.worksheet.practice_page import opening
        from attncalc.worksheet.practising import Practice

        for number, sheet in enumerate(sheets, 1):
            practice = Practice(sheet)
            self.practices.append(practice)
            self._say(opening(sheet, number if numbered else None))
            if not self._ask(practice):
                return

    def close(self) -> None:
        """Tell how it went."""
        from attncalc.worksheet.practice_page import closing

        self._say(closing(self.practices))

    def _ask(self, practice: "Practice") -> bool:
        """Ask for every number of a sheet. Whether anybody wants to go on."""
        from attncalc.worksheet import practice_page as page

        asked = -1
        while (blank := practice.blank) is not None:
            if asked < practice.at:
                asked = practice.at
                self._say(page.question(practice, blank, self.level))
            match self._typed():
                case None | "quit":
                    return False
                case "hint":
                    practice.helped = True
                    self._say(page.hint(practice.sheet, blank))
                case "show":
                    self._say(page.shown(practice.sheet, blank))
                    practice.show()
                case "skip":
                    practice.skip()
                case typed:
                    self._say(page.reply(practice.answer(typed), typed))
        return True

    def _typed(self) -> Optional[str]:
        """The next line that is typed; None where there is no more."""
        sys.stdout.write("> ")
        sys.stdout.flush()
        line = sys.stdin.buffer.readline()
        if not line:
            return None
        text = line.decode("utf-8", "replace").strip()
        # A terminal shows what is typed by itself.
        sys.stdout.write("" if sys.stdin.isatty() else f"{_inert(text)}\n")
        word = text.lower()
        return word if word in ("hint", "show", "skip", "quit") else text

    def _say(self, document: "Document") -> None:
        from attncalc.handouts import Layout, rendered

        layout = Layout(width=output.width(), color=output.in_color(self.color, None))
        content = rendered("text", [document], layout).content
        assert isinstance(content, str)
        sys.stdout.write("\n" + content.rstrip("\n") + "\n")
        sys.stdout.flush()


def _inert(text: str) -> str:
    from attncalc.renderers.inert import inert, inert_lines

    return inert_lines(inert(text))
