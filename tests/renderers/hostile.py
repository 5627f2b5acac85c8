"""Tokens that try to be markup; every format has to show them as they are spelled."""

from __future__ import annotations

HOSTILE: tuple[str, ...] = (
    # HTML, SVG, XML
    "<script>document.title='owned'</script>",
    "</script></style></title><h1>x</h1>",
    "<img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)',
    "' style='color:red",
    "&lt;b&gt; &amp; &#60; &nbsp",
    "<!-- x --> ]]> <?xml?> <![CDATA[",
    "javascript:alert(1)",
    "</math></mtext><svg/onload=alert(1)>",
    # LaTeX
    r"\input{/etc/passwd}",
    r"\end{document}$\alpha$ % # & _ ^ ~ { }",
    r"\write18{touch x}^^41",
    # Typst
    '#eval("1+1") *x* _y_ @ref <label> $x$',
    '#read("/etc/passwd") // /* */ ]',
    # Markdown
    "**x** `y` ``` [a](http://x) ![b](c) | --- | # - 1. > ~~z~~",
    "$$x$$ $y$ ](javascript:x) \\| \\",
    # Mermaid, DOT
    'x"] --> y["end; subgraph z %% classDef',
    '"]; a -> b [URL="http://x"]; /* \\N \\G */ #quot; #35;',
    # CSV
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-2,\"a\",'b';c\td",
    "@SUM(A1)",
    # terminals, line ends, direction, what does not show
    "\x1b[31mred\x1b]0;title\x07",
    "a\nb\r\nc\u2028d",
    "\u202eevil\u2066x\u2069",
    "a\u200bb\ufeff\x00c\x7f\x9b",
    "\ud800 lone",
    "",
    "   ",
    "two  blanks",
    "שלום عربى 漢字 👩\u200d💻 e\u0301",
    "long" * 40,
)
