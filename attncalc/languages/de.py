"""German.

One word for one thing: query Anfrage (Query where it is introduced), key Schlüssel, value Wert,
head Kopf, mask Maske (masked maskiert, hidden verdeckt), attention weight Attention-Gewicht,
weighted sum gewichtete Summe, output Ausgabe, dot product Skalarprodukt, row Zeile, column Spalte,
entry Eintrag, place Platz, share Anteil, sink Senke, power Potenz, claim Angabe, stage Stufe.
Attention, Score, Softmax, Token (das), Embedding (das), Bias, Bucket (das), Cache, Padding and Gate
stay as they are.

No article and no ending goes with a slot. The reader is not addressed.
"""

SENTENCES: dict[str, str] = {
    # checking/catalogue.py
    "query and key are swapped": "Anfrage und Schlüssel sind vertauscht",
    "queries meet queries instead of keys": "Anfragen treffen auf Anfragen statt auf Schlüssel",
    "keys meet keys instead of queries": "Schlüssel treffen auf Schlüssel statt auf Anfragen",
    "queries meet values instead of keys": "Anfragen treffen auf Werte statt auf Schlüssel",
    "the scores are cosines": "die Scores sind Kosinus",
    "Q and K are multiplied entry by entry": "Q und K sind Eintrag für Eintrag multipliziert",
    "K is not transposed": "K ist nicht transponiert",
    "the diagonal is taken for a row": "die Diagonale ist als Zeile genommen",
    "the bias before scaling is not added": "der Bias vor dem Skalieren ist nicht addiert",
    "the bias before scaling has the wrong sign": (
        "der Bias vor dem Skalieren hat das falsche Vorzeichen"
    ),
    "the bias is added after scaling, though it should be scaled": (
        "der Bias ist nach dem Skalieren addiert, obwohl er mitskaliert werden sollte"
    ),
    "the scores are not scaled": "die Scores sind nicht skaliert",
    "the scores are divided by √d_k": "die Scores sind durch √d_k geteilt",
    "the scores are divided by d_k": "die Scores sind durch d_k geteilt",
    "the scores are scaled twice": "die Scores sind zweimal skaliert",
    "the scores are multiplied by √d_k": "die Scores sind mit √d_k multipliziert",
    "the scores are divided by √d_model": "die Scores sind durch √d_model geteilt",
    "the scores are divided by √(h·d_k), the width of all heads": (
        "die Scores sind durch √(h·d_k) geteilt, die Breite aller Köpfe"
    ),
    "the scores are divided by the root of the number of keys": (
        "die Scores sind durch die Wurzel aus der Zahl der Schlüssel geteilt"
    ),
    "the scores are divided by the number of keys": (
        "die Scores sind durch die Zahl der Schlüssel geteilt"
    ),
    "the scores are divided by √d_v": "die Scores sind durch √d_v geteilt",
    "the soft-cap is not applied": "der Soft-Cap ist nicht angewandt",
    "the soft-cap's tanh is not multiplied by the cap": (
        "der tanh des Soft-Caps ist nicht mit der Grenze multipliziert"
    ),
    "the soft-cap is applied before scaling": "der Soft-Cap ist vor dem Skalieren angewandt",
    "the soft-cap is applied after bias and mask": "der Soft-Cap ist nach Bias und Maske angewandt",
    "the mask is not applied": "die Maske ist nicht angewandt",
    "masked scores are set to 0 instead of -inf": (
        "maskierte Scores sind auf 0 statt auf -inf gesetzt"
    ),
    "the mask is on the wrong side": "die Maske steht auf der falschen Seite",
    "the mask is inverted, visible and hidden exchanged": (
        "die Maske ist umgekehrt, sichtbar und verdeckt vertauscht"
    ),
    "the causal mask is aligned to the lower right (the last query sees the last key)": (
        "die kausale Maske ist unten rechts ausgerichtet (die letzte Anfrage sieht den letzten "
        "Schlüssel)"
    ),
    "the causal mask is aligned to the upper left (the first query sees the first key alone)": (
        "die kausale Maske ist oben links ausgerichtet (die erste Anfrage sieht nur den ersten "
        "Schlüssel)"
    ),
    "the causal mask hides each query's own key too": (
        "die kausale Maske verdeckt auch den eigenen Schlüssel jeder Anfrage"
    ),
    "the causal mask shows each query the next key too": (
        "die kausale Maske zeigt jeder Anfrage auch den nächsten Schlüssel"
    ),
    "a causal mask is applied": "eine kausale Maske ist angewandt",
    "the window is counted from the lower right (the last query goes with the last key)": (
        "das Fenster ist von unten rechts gezählt (die letzte Anfrage gehört zum letzten Schlüssel)"
    ),
    "the window is one key too wide": "das Fenster ist um einen Schlüssel zu breit",
    "the window is one key too narrow": "das Fenster ist um einen Schlüssel zu schmal",
    "the window reaches one key too far back": (
        "das Fenster reicht um einen Schlüssel zu weit zurück"
    ),
    "the window lacks its furthest key back": (
        "dem Fenster fehlt der am weitesten zurückliegende Schlüssel"
    ),
    "the window reaches one key too far ahead": (
        "das Fenster reicht um einen Schlüssel zu weit voraus"
    ),
    "the window lacks its furthest key ahead": (
        "dem Fenster fehlt der am weitesten vorausliegende Schlüssel"
    ),
    "the window is one key too wide on either side": (
        "das Fenster ist auf jeder Seite um einen Schlüssel zu breit"
    ),
    "the window is one key too narrow on either side": (
        "das Fenster ist auf jeder Seite um einen Schlüssel zu schmal"
    ),
    "the window is left out of the causal mask": "das Fenster fehlt in der kausalen Maske",
    "the window reaches as far forward as back": "das Fenster reicht so weit voraus wie zurück",
    "the first keys are hidden outside of the window": (
        "die ersten Schlüssel sind außerhalb des Fensters verdeckt"
    ),
    "the first keys are counted among those of the window": (
        "die ersten Schlüssel sind im Fenster mitgezählt"
    ),
    "the padding is ignored": "das Padding ist nicht beachtet",
    "nothing but the padding is hidden": "nur das Padding ist verdeckt",
    "the padding is inverted, 1 for what is hidden": (
        "das Padding ist umgekehrt, 1 für das Verdeckte"
    ),
    "the padding hides queries instead of keys": "das Padding verdeckt Anfragen statt Schlüssel",
    "the mask is counted without the cache": "die Maske ist ohne den Cache gezählt",
    "the cache is left out": "der Cache fehlt",
    "the bias is not added": "der Bias ist nicht addiert",
    "the bias has the wrong sign": "der Bias hat das falsche Vorzeichen",
    "every head has the slope of the first": "jeder Kopf hat die Steigung des ersten",
    "the slopes of ALiBi are 1, 2^(-8/h), … and begin one head too early": (
        "die Steigungen von ALiBi sind 1, 2^(-8/h), … und beginnen einen Kopf zu früh"
    ),
    "the slopes of ALiBi are 1/2, 1/4, …, whatever the number of heads": (
        "die Steigungen von ALiBi sind 1/2, 1/4, …, wie viele Köpfe es auch sind"
    ),
    "the slopes of ALiBi are 1, 1/2, …, whatever the number of heads": (
        "die Steigungen von ALiBi sind 1, 1/2, …, wie viele Köpfe es auch sind"
    ),
    "the slopes of ALiBi are 2^(-8/h), 2^(-16/h), … though h is no power of two": (
        "die Steigungen von ALiBi sind 2^(-8/h), 2^(-16/h), …, obwohl h keine Zweierpotenz ist"
    ),
    "the slopes are ALiBi's own for so many heads, and not those that are given": (
        "die Steigungen sind die von ALiBi für so viele Köpfe, nicht die gegebenen"
    ),
    "the slopes of ALiBi are in reverse order": (
        "die Steigungen von ALiBi stehen in umgekehrter Reihenfolge"
    ),
    "the distances of ALiBi are signed, so that later keys are favoured": (
        "die Abstände von ALiBi haben Vorzeichen, sodass spätere Schlüssel bevorzugt sind"
    ),
    "the relative position is i − j instead of j − i": (
        "die relative Position ist i − j statt j − i"
    ),
    "keys after the query have no buckets of their own, though they should": (
        "Schlüssel nach der Anfrage haben keine eigenen Buckets, obwohl sie welche haben sollten"
    ),
    "keys after the query have half of the buckets, though they should have none": (
        "Schlüssel nach der Anfrage haben die Hälfte der Buckets, obwohl sie keine haben sollten"
    ),
    "every distance has a bucket of its own, up to the last one": (
        "jeder Abstand hat ein eigenes Bucket, bis zum letzten"
    ),
    "the buckets are one too high": "die Buckets sind um eins zu hoch",
    "the buckets are one too low": "die Buckets sind um eins zu niedrig",
    "every head has the first column of the table of buckets": (
        "jeder Kopf hat die erste Spalte der Bucket-Tabelle"
    ),
    "the columns of the table of buckets are in reverse order": (
        "die Spalten der Bucket-Tabelle stehen in umgekehrter Reihenfolge"
    ),
    "the bias is scaled with the scores": "der Bias ist mit den Scores skaliert",
    "the mask is applied after the softmax": "die Maske ist nach der Softmax angewandt",
    "the sink is left out": "die Senke fehlt",
    "the softmax goes down the columns": "die Softmax geht die Spalten hinunter",
    "the softmax goes over the whole matrix": "die Softmax geht über die ganze Matrix",
    "scores are divided by their sum, without powers": (
        "Scores sind durch ihre Summe geteilt, ohne Potenzen"
    ),
    "scores are divided by the sum of their magnitudes, without powers": (
        "Scores sind durch die Summe ihrer Beträge geteilt, ohne Potenzen"
    ),
    "the scaling comes after the softmax": "das Skalieren kommt nach der Softmax",
    "the softmax is applied twice": "die Softmax ist zweimal angewandt",
    "the softmax is to base 2": "die Softmax ist zur Basis 2",
    "the softmax is to base 10": "die Softmax ist zur Basis 10",
    "the softmax is to base e": "die Softmax ist zur Basis e",
    "powers are not divided by their sum": "Potenzen sind nicht durch ihre Summe geteilt",
    "powers, the largest score taken off, are not divided by their sum": (
        "Potenzen, vom größten Score an gerechnet, sind nicht durch ihre Summe geteilt"
    ),
    "the last key is left out of the sum": "der letzte Schlüssel fehlt in der Summe",
    "each score goes through a sigmoid": "jeder Score geht durch eine Sigmoid-Funktion",
    "the largest score takes all": "der größte Score bekommt alles",
    "logarithms of the weights are given": "statt der Gewichte stehen ihre Logarithmen da",
    "the weights are rounded to 1 decimal on the way": (
        "die Gewichte sind unterwegs auf 1 Nachkommastelle gerundet"
    ),
    "the weights are rounded to {count} decimals on the way": (
        "die Gewichte sind unterwegs auf {count} Nachkommastellen gerundet"
    ),
    "the weights are cut off after 1 decimal on the way": (
        "die Gewichte sind unterwegs nach 1 Nachkommastelle abgeschnitten"
    ),
    "the weights are cut off after {count} decimals on the way": (
        "die Gewichte sind unterwegs nach {count} Nachkommastellen abgeschnitten"
    ),
    "the weights are applied to the keys": "die Gewichte sind auf die Schlüssel angewandt",
    "the weights are applied to the embeddings": "die Gewichte sind auf die Embeddings angewandt",
    "the weights are applied to the queries": "die Gewichte sind auf die Anfragen angewandt",
    "the values are added up without weights": "die Werte sind ohne Gewichte addiert",
    "the values are averaged without weights": "die Werte sind ohne Gewichte gemittelt",
    "the values are transposed": "die Werte sind transponiert",
    "the weights are transposed": "die Gewichte sind transponiert",
    "the heads are put together without being transposed": (
        "die Köpfe sind ohne Transponieren zusammengesetzt"
    ),
    "the heads are put together column by column": (
        "die Köpfe sind Spalte für Spalte zusammengesetzt"
    ),
    "the heads are put together in reverse order": (
        "die Köpfe sind in umgekehrter Reihenfolge zusammengesetzt"
    ),
    "the gate is left out": "das Gate fehlt",
    "the gate is not put through a sigmoid": "das Gate geht nicht durch eine Sigmoid-Funktion",
    "the gate is inverted, 1 - σ(g)": "das Gate ist umgekehrt, 1 - σ(g)",
    "the output projection is left out": "die Ausgabeprojektion fehlt",
    "{matrix} is transposed (out × in, as nn.Linear keeps it)": (
        "{matrix} ist transponiert (out × in, wie in nn.Linear)"
    ),
    "b_O is not added": "b_O ist nicht addiert",
    "the embeddings are added to the output (a residual connection)": (
        "die Embeddings sind zur Ausgabe addiert (eine Residualverbindung)"
    ),
    "W_Q, W_K and W_V are transposed (out × in, as nn.Linear keeps them)": (
        "W_Q, W_K und W_V sind transponiert (out × in, wie in nn.Linear)"
    ),
    "W_{one} and W_{other} are exchanged": "W_{one} und W_{other} sind vertauscht",
    "the biases b_Q, b_K and b_V are not added": "b_Q, b_K und b_V sind nicht addiert",
    "the embeddings are not projected": "die Embeddings sind nicht projiziert",
    "W_Q, W_K and W_V stand for Q, K and V, without the embeddings": (
        "W_Q, W_K und W_V stehen für Q, K und V, ohne die Embeddings"
    ),
    "each head takes every h-th column, and not those of its own block": (
        "jeder Kopf nimmt jede h-te Spalte statt der Spalten seines Blocks"
    ),
    "the heads are cut apart without being transposed": "die Köpfe sind ohne Transponieren zerlegt",
    "query head i uses key-value head i modulo their number, and not its group's": (
        "Anfragekopf i benutzt den Schlüssel-Wert-Kopf i modulo deren Zahl statt den der eigenen "
        "Gruppe"
    ),
    "the heads are not cut apart": "die Köpfe sind nicht zerlegt",
    "positions are not added to the values": "Positionen sind nicht zu den Werten addiert",
    "positions are not applied": "Positionen sind nicht angewandt",
    "positions are applied twice": "Positionen sind zweimal angewandt",
    "the position ids are ignored": "die Positionsnummern sind nicht beachtet",
    "positions are counted from 1": "Positionen sind ab 1 gezählt",
    "positions are counted without the cache": "Positionen sind ohne den Cache gezählt",
    "rope turns the other pairs": "RoPE dreht die anderen Paare",
    "rope turns the other way": "RoPE dreht in die andere Richtung",
    "the queries are not turned": "die Anfragen sind nicht gedreht",
    "the keys are not turned": "die Schlüssel sind nicht gedreht",
    "the positions of the queries are one too high, beside those of the keys": (
        "die Positionen der Anfragen sind um eins zu hoch, neben denen der Schlüssel"
    ),
    "the positions of the keys are one too high, beside those of the queries": (
        "die Positionen der Schlüssel sind um eins zu hoch, neben denen der Anfragen"
    ),
    "the positions of the queries are one too low, beside those of the keys": (
        "die Positionen der Anfragen sind um eins zu tief, neben denen der Schlüssel"
    ),
    "the positions of the keys are one too low, beside those of the queries": (
        "die Positionen der Schlüssel sind um eins zu tief, neben denen der Anfragen"
    ),
    "the values are turned too": "auch die Werte sind gedreht",
    "rope turns whole vectors": "RoPE dreht ganze Vektoren",
    "queries and keys are not normalized": "Anfragen und Schlüssel sind nicht normiert",
    "the gains of queries and keys are left out": (
        "die Verstärkungen von Anfragen und Schlüsseln fehlen"
    ),
    "queries and keys are divided by their length, not by their root mean square": (
        "Anfragen und Schlüssel sind durch ihre Länge geteilt, nicht durch ihr quadratisches Mittel"
    ),
    "queries and keys are divided by their root mean square, not by their length": (
        "Anfragen und Schlüssel sind durch ihr quadratisches Mittel geteilt, nicht durch ihre Länge"
    ),
    "the scores are plain dot products": "die Scores sind einfache Skalarprodukte",
    "the matrix of the score is transposed": "die Matrix des Scores ist transponiert",
    "W_1 and W_2 of the score are exchanged": "W_1 und W_2 des Scores sind vertauscht",
    "positions are to base {base}": "die Positionen haben die Basis {base}",
    "sines stand in the first half of a row, cosines in the second": (
        "die Sinus stehen in der ersten Hälfte einer Zeile, die Kosinus in der zweiten"
    ),
    "sines and cosines are exchanged": "Sinus und Kosinus sind vertauscht",
    "each column of the positions has a frequency of its own": (
        "jede Spalte der Positionen hat eine eigene Frequenz"
    ),
    "the embeddings are multiplied by √d_model before positions are added": (
        "die Embeddings sind mit √d_model multipliziert, bevor Positionen addiert werden"
    ),
    # checking/diagnoses.py
    "in head {head}, for {tokens}": "in Kopf {head}, für {tokens}",
    "for {tokens}": "für {tokens}",
    "“{token}” (#{place})": "„{token}“ (#{place})",
    "“{token}”": "„{token}“",
    "in head {head}": "in Kopf {head}",
    "in heads {heads}": "in den Köpfen {heads}",
    "{names} and {count} more": "{names} und {count} weitere",
    "{first} and {last}": "{first} und {last}",
    "{first}, {then}": "{first}, {then}",
    # checking/divisors.py
    "the scores are multiplied by √{number}": "die Scores sind mit √{number} multipliziert",
    "the scores are multiplied by {number}": "die Scores sind mit {number} multipliziert",
    "the scores are divided by {number}": "die Scores sind durch {number} geteilt",
    "the scores are divided by √{number}": "die Scores sind durch √{number} geteilt",
    # checking/plausibility.py
    "component {place} of the claimed head outputs of {query}, {number}, lies outside the values": (
        "Eintrag {place} der angegebenen Ausgaben der Köpfe von {query}, {number}, liegt außerhalb "
        "der Werte"
    ),
    (
        "component {place} of the claimed concatenated heads of {query}, {number}, lies outside "
        "the values"
    ): (
        "Eintrag {place} der angegebenen aneinandergehängten Köpfe von {query}, {number}, liegt "
        "außerhalb der Werte"
    ),
    "component {place} of the claimed output of {query}, {number}, lies outside the values": (
        "Eintrag {place} der angegebenen Ausgabe von {query}, {number}, liegt außerhalb der Werte"
    ),
    (
        "1 number is off by no more than 32-bit arithmetic leaves: printed from 32-bit numbers? "
        "Then check with --tolerance 1e-6"
    ): (
        "1 Zahl liegt nur so weit daneben, wie es beim Rechnen mit 32 Bit vorkommt: aus "
        "32-Bit-Zahlen gedruckt? Dann mit --tolerance 1e-6 prüfen"
    ),
    (
        "{count} numbers are off by no more than 32-bit arithmetic leaves: printed from 32-bit "
        "numbers? Then check with --tolerance 1e-6"
    ): (
        "{count} Zahlen liegen nur so weit daneben, wie es beim Rechnen mit 32 Bit vorkommt: aus "
        "32-Bit-Zahlen gedruckt? Dann mit --tolerance 1e-6 prüfen"
    ),
    "{first} (and {count} more like this)": "{first} (und {count} weitere dieser Art)",
    (
        "the claimed weights of {query} add up to {total}; next to a sink they stay below 1, and "
        "rounding does not explain it"
    ): (
        "die angegebenen Gewichte von {query} ergeben zusammen {total}; neben einer Senke bleiben "
        "sie unter 1, und Runden erklärt das nicht"
    ),
    "the claimed weights of {query} add up to {total}, which rounding does not explain": (
        "die angegebenen Gewichte von {query} ergeben zusammen {total}, was Runden nicht erklärt"
    ),
    "“{one}” and “{other}” have equal scores for {query}, and their claimed weights differ": (
        "„{one}“ und „{other}“ haben gleiche Scores bei {query}, und ihre angegebenen Gewichte "
        "sind verschieden"
    ),
    "“{key}” is masked for {query}, and its claimed weight is not 0": (
        "„{key}“ ist für {query} maskiert, und das angegebene Gewicht ist nicht 0"
    ),
    "“{query}” in head {head}": "„{query}“ in Kopf {head}",
    "“{query}”": "„{query}“",
    # checking/reasons.py
    "masked already, before what is done to the scores here": (
        "schon maskiert, vor dem, was hier mit den Scores geschieht"
    ),
    "0/0: every key is masked": "0/0: alle Schlüssel sind maskiert",
    "{number} stands for −∞": "{number} steht für −∞",
    "−∞ stands for the bias of {number}": "−∞ steht für den Bias von {number}",
    # checking/verdicts.py
    "rounded on the way": "unterwegs gerundet",
    "{number} is read as {longer}, like the numbers beside it": (
        "{number} ist als {longer} gelesen, wie die Zahlen daneben"
    ),
    # document/numerals.py
    "{number}%": "{number}\u00a0%",
    "less than {percentage}": "weniger als {percentage}",
    "more than {percentage}": "mehr als {percentage}",
    # exports/canvas_qti.py
    (
        "Canvas rounds what is typed to {count} decimals: where more are asked for, what is left "
        "of the right number is right there too"
    ): (
        "Canvas rundet, was eingetippt wird, auf {count} Nachkommastellen: wo mehr verlangt sind, "
        "gilt dort auch, was von der richtigen Zahl bleibt"
    ),
    "What known mistakes give:": "Was bekannte Fehler ergeben:",
    # exports/jupyterquiz_json.py
    "Right.": "Richtig.",
    # exports/moodle_xml.py
    "Key": "Lösung",
    "accepted": "gilt auch",
    "This number is not right, and no known mistake gives it.": (
        "Diese Zahl ist nicht richtig und ergibt sich aus keinem bekannten Fehler."
    ),
    # exports/platform_html.py
    "Options": "Optionen",
    "What is worked out already": "Was schon berechnet ist",
    # exports/quiz.py, exports/grids.py
    "{count} decimal": "{count} Nachkommastelle",
    "{count} decimals": "{count} Nachkommastellen",
    "no decimals": "ohne Nachkommastellen",
    "Right too, by a convention: {diagnosis}.": "Auch richtig, nach einer Konvention: {diagnosis}.",
    "This is what comes out if {diagnosis}.": "Diese Zahl kommt heraus, wo gilt: {diagnosis}.",
    # names.py
    "embeddings": "Embeddings",
    "embeddings of the keys": "Embeddings der Schlüssel",
    "positions": "Positionen",
    "embeddings with positions": "Embeddings mit Positionen",
    "queries": "Anfragen",
    "keys": "Schlüssel",
    "values": "Werte",
    "normalized queries": "normierte Anfragen",
    "normalized keys": "normierte Schlüssel",
    "rotated queries": "gedrehte Anfragen",
    "rotated keys": "gedrehte Schlüssel",
    "scores": "Scores",
    "biased scores": "Scores mit Bias",
    "scaled scores": "skalierte Scores",
    "capped scores": "begrenzte Scores",
    "masked scores": "maskierte Scores",
    "exponentials": "Potenzen",
    "row sums": "Zeilensummen",
    "attention weights": "Attention-Gewichte",
    "weighted values": "gewichtete Werte",
    "head outputs": "Ausgaben der Köpfe",
    "concatenated heads": "aneinandergehängte Köpfe",
    "gated outputs": "Ausgaben nach dem Gate",
    "output": "Ausgabe",
    # readers/axes.py
    (
        "{matrix} is {shape}: read as {heads} heads of {rows} rows each, as heads: {heads} and "
        "--layout hnd say. Of tokens before heads, say --layout nhd; of a batch, --layout bnd."
    ): (
        "{matrix} ist {shape}: gelesen als {heads} Köpfe mit je {rows} Zeilen, wie heads: {heads} "
        "und --layout hnd es sagen. Tokens vor Köpfen: --layout nhd; ein Batch: --layout bnd."
    ),
    "Problem {number} of a batch of {size}.": "Aufgabe {number} aus einem Batch von {size}.",
    # readers/dumped.py
    "{stage} in the file is a claim: attncalc check judges it.": (
        "{stage} in der Datei ist eine Angabe: attncalc check beurteilt sie."
    ),
    "{stages} in the file are claims: attncalc check judges them.": (
        "{stages} in der Datei sind Angaben: attncalc check beurteilt sie."
    ),
    # readers/names.py
    "{name} is read as {meaning}.": "{name} wird als {meaning} gelesen.",
    "{names} are read as {meanings}.": "{names} werden als {meanings} gelesen.",
    # renderers/drawings/computation_layout.py
    "query {token}": "Anfrage {token}",
    "{head}, query {token}": "{head}, Anfrage {token}",
    "key": "Schlüssel",
    "… {count} more": "… {count} weitere",
    "weighted sum of the values": "gewichtete Summe der Werte",
    "each part is from one key": "jedes Stück stammt von einem Schlüssel",
    # renderers/drawings/graph_layout.py
    "low": "niedrig",
    "moderate": "mittel",
    "high": "hoch",
    "{query} attends to {keys}": "{query} achtet auf {keys}",
    # renderers/drawings/mermaid.py
    "Low attention ({number})": "Niedrige Attention ({number})",
    "Moderate attention ({number})": "Mittlere Attention ({number})",
    "High attention ({number})": "Hohe Attention ({number})",
    # renderers/drawings/svg_computation.py
    "What {token} computes.": "Was {token} berechnet.",
    # renderers/drawings/svg_flow.py
    "{start} to {end}": "{start} zu {end}",
    # renderers/drawings/svg_graph.py
    "No edges.": "Keine Kanten.",
    "Number and arrow: the greatest of each query.": "Zahl und Pfeil: das Größte jeder Anfrage.",
    "The paler a line, the smaller.": "Je blasser eine Linie, desto kleiner.",
    # renderers/html/mathml.py
    "({count} more)": "({count} weitere)",
    # renderers/html/page.py
    "Formula": "Formel",
    "Table {number}": "Tabelle {number}",
    "Note:": "Hinweis:",
    # renderers/html/sheet.py
    "Check": "Prüfen",
    "Hint": "Hinweis",
    "Check all": "Alles prüfen",
    "Start again": "Neu beginnen",
    "Answers": "Antworten",
    "follows from the numbers before": "folgt aus den Zahlen davor",
    "a slip in the last digits": "knapp daneben, in den letzten Stellen",
    "{verdict}: {mistake}": "{verdict}: {mistake}",
    "{label}: {verdict}": "{label}: {verdict}",
    "{label}: {number}": "{label}: {number}",
    "{points} of {all} points": "{points} von {all} Punkten",
    "Typed so far:": "Bisher eingetragen:",
    "Clear all answers?": "Alle Antworten löschen?",
    # renderers/html/stepper.py
    "Steps": "Schritte",
    "Previous step": "Voriger Schritt",
    "Next step": "Nächster Schritt",
    "Step by step": "Schritt für Schritt",
    "Row by row": "Zeile für Zeile",
    "{count} steps": "{count} Schritte",
    "Step {number} of {count}: ": "Schritt {number} von {count}: ",
    "Query": "Anfrage",
    "as written": "wie geschrieben",
    # renderers/html/tables.py
    "{count} left out": "{count} ausgelassen",
    # renderers/latex/math.py
    " ({count} more)": " ({count} weitere)",
    # renderers/left_out.py
    "… {count} query left out …": "… {count} Anfrage ausgelassen …",
    "… {count} queries left out …": "… {count} Anfragen ausgelassen …",
    # renderers/linear.py
    "… ({count} more)": "… ({count} weitere)",
    # steps/conventions.py
    "stable softmax: the row's maximum is subtracted first": (
        "stabile Softmax: Zuerst wird das Maximum der Zeile abgezogen"
    ),
    "stable softmax: the maximum of the row and the sink is subtracted first": (
        "stabile Softmax: Zuerst wird das Maximum der Zeile und der Senke abgezogen"
    ),
    "stable softmax: the maximum of the whole matrix is subtracted first": (
        "stabile Softmax: Zuerst wird das Maximum der ganzen Matrix abgezogen"
    ),
    "every key is masked: with a large number in place of −∞ all of them weigh the same": (
        "alle Schlüssel sind maskiert: Mit einer großen Zahl statt −∞ wiegen alle gleich viel"
    ),
    "every key is masked: the same large number added to all scores changes no weight": (
        "alle Schlüssel sind maskiert: Dieselbe große Zahl, zu allen Scores addiert, ändert kein "
        "Gewicht"
    ),
    "in 32-bit numbers a bias of {bias} swallows the scores": (
        "in 32-Bit-Zahlen verschluckt ein Bias von {bias} die Scores"
    ),
    "in 16-bit numbers a bias of {bias} swallows the scores": (
        "in 16-Bit-Zahlen verschluckt ein Bias von {bias} die Scores"
    ),
    "in bfloat16 numbers a bias of {bias} swallows the scores": (
        "in bfloat16-Zahlen verschluckt ein Bias von {bias} die Scores"
    ),
    # steps/remarks.py
    "nothing depends on positions, so position ids change nothing; masks go by place": (
        "nichts hängt von Positionen ab, also ändern Positionsnummern nichts; Masken richten sich "
        "nach dem Platz"
    ),
    (
        "a bias of {number} is meant for −∞, and is added as the number it is; to hide a key, "
        "write -inf or use mask"
    ): (
        "ein Bias von {number} ist als −∞ gemeint, wird aber als die Zahl addiert, die er ist; um "
        "einen Schlüssel zu verdecken: -inf schreiben oder mask benutzen"
    ),
    "every key of query {query} is masked: its weights are 0": (
        "alle Schlüssel der Anfrage {query} sind maskiert: ihre Gewichte sind 0"
    ),
    "every key of query {query} is masked: its weights are 0 and its weighted sum is 0": (
        "alle Schlüssel der Anfrage {query} sind maskiert: ihre Gewichte sind 0, und ihre "
        "gewichtete Summe ist 0"
    ),
    "every key of query {query} is masked: its weights are 0 and its output is 0": (
        "alle Schlüssel der Anfrage {query} sind maskiert: ihre Gewichte sind 0, und ihre Ausgabe "
        "ist 0"
    ),
    "the given weights of {query} add up to {number}, not to 1": (
        "die gegebenen Gewichte von {query} ergeben zusammen {number}, nicht 1"
    ),
    "the weights are given, so {options} change nothing": (
        "die Gewichte sind gegeben, also ändern {options} nichts"
    ),
    "the weights are given, so {options} changes nothing": (
        "die Gewichte sind gegeben, also ändert {options} nichts"
    ),
    "{query} in head {head}": "{query} in Kopf {head}",
    # walkthrough/__init__.py
    "{section}, head {head}": "{section}, Kopf {head}",
    # walkthrough/additions.py
    "{count} more": "{count} weitere",
    "The printed terms add up to {found}; the sum is taken before rounding.": (
        "Die gezeigten Summanden ergeben zusammen {found}; summiert wird vor dem Runden."
    ),
    "The printed terms add up to {found}; sums are taken before rounding.": (
        "Die gezeigten Summanden ergeben zusammen {found}; summiert wird vor dem Runden."
    ),
    "{number} for {row}": "{number} für {row}",
    "{number} in column {column}": "{number} in der Spalte {column}",
    (
        "With the printed digits, {operation} would come to {found}, not {printed}: it is computed "
        "before rounding."
    ): (
        "Mit den gedruckten Ziffern ergäbe sich {operation} zu {found}, nicht {printed}: Gerechnet "
        "wird vor dem Runden."
    ),
    # walkthrough/buckets.py
    (
        "What is added to a score depends on how far apart query and key stand: each relative "
        "position {position} falls into a bucket, and each bucket has a number."
    ): (
        "Was zu einem Score addiert wird, hängt davon ab, wie weit Anfrage und Schlüssel "
        "auseinanderstehen: Jede relative Position {position} fällt in ein Bucket, und jedes "
        "Bucket hat eine Zahl."
    ),
    (
        "After that, bucket {bucket} begins at the distance {start}, rounded up to a whole number; "
        "the last bucket, {last}, has no end."
    ): (
        "Danach beginnt das Bucket {bucket} beim Abstand {start}, aufgerundet auf eine ganze Zahl; "
        "das letzte Bucket, {last}, hat kein Ende."
    ),
    "The distance 0 has a bucket of its own, 0.": "Der Abstand 0 hat ein eigenes Bucket, 0.",
    "The distances 0 to {last} have a bucket each.": (
        "Die Abstände 0 bis {last} haben je ein eigenes Bucket."
    ),
    "All keys after the query are in bucket 0, like the query's own key.": (
        "Alle Schlüssel nach der Anfrage sind in Bucket 0, wie der eigene Schlüssel der Anfrage."
    ),
    (
        "Keys up to the query have the buckets 0 to {last}; keys after it have, by the same rule, "
        "the next {count} buckets."
    ): (
        "Schlüssel bis zur Anfrage haben die Buckets 0 bis {last}; Schlüssel danach haben nach "
        "derselben Regel die nächsten {count} Buckets."
    ),
    "distances in it": "Abstände darin",
    "bucket": "Bucket",
    "bias": "Bias",
    "bias, column {head}": "Bias, Spalte {head}",
    "all after the query": "alle nach der Anfrage",
    "{first} and more": "{first} und mehr",
    "{first} to {last}": "{first} bis {last}",
    # walkthrough/checked.py
    "correct": "richtig",
    "follows": "folgerichtig",
    "slip": "knapp daneben",
    "wrong": "falsch",
    "{count} correct": "{count} richtig",
    "{count} follows": "{count} folgerichtig",
    "{count} follow": "{count} folgerichtig",
    "{count} slip": "{count} knapp daneben",
    "{count} slips": "{count} knapp daneben",
    "{count} wrong": "{count} falsch",
    "… {count} more correct": "… {count} weitere richtig",
    "… {count} more that follow": "… {count} weitere folgerichtig",
    "… {count} more slips": "… {count} weitere knapp daneben",
    "… {count} more wrong": "… {count} weitere falsch",
    "not what the inputs give, but what numbers printed before it give": (
        "nicht das, was die Eingaben ergeben, aber das, was früher gedruckte Zahlen ergeben"
    ),
    "less than one unit off in its last digit": (
        "in der letzten Stelle um weniger als eine Einheit daneben"
    ),
    "out of reach of any rounding": "durch kein Runden zu erreichen",
    "A worked example, checked": "Ein durchgerechnetes Beispiel, geprüft",
    "{count} number": "{count} Zahl",
    "{count} numbers": "{count} Zahlen",
    "{count} number in {file}": "{count} Zahl in {file}",
    "{count} numbers in {file}": "{count} Zahlen in {file}",
    "nothing claimed": "nichts angegeben",
    "{first}, {last}": "{first}, {last}",
    "{numbers}: {verdicts}": "{numbers}: {verdicts}",
    "{summary}; {count} not answered": "{summary}; {count} nicht beantwortet",
    "Where it goes wrong": "Wo es falsch wird",
    "Stage by stage": "Stufe für Stufe",
    "Where the numbers are from": "Woher die Zahlen stammen",
    "{count} more explanation is left out.": "{count} weitere Erklärung ist ausgelassen.",
    "{count} more explanations are left out.": "{count} weitere Erklärungen sind ausgelassen.",
    "{count} more note is left out.": "{count} weiterer Hinweis ist ausgelassen.",
    "{count} more notes are left out.": "{count} weitere Hinweise sind ausgelassen.",
    "Numbers that are correct are only counted.": "Richtige Zahlen sind nur gezählt.",
    "Another convention would explain all claims on {stages} {part}: {what}.": (
        "Eine andere Konvention würde alle Angaben erklären ({stages} {part}): {what}."
    ),
    "Another convention would explain all claims on {stages}: {what}.": (
        "Eine andere Konvention würde alle Angaben erklären ({stages}): {what}."
    ),
    "One mistake would explain all claims on {stages} {part}: {what}.": (
        "Ein einziger Fehler würde alle Angaben erklären ({stages} {part}): {what}."
    ),
    "One mistake would explain all claims on {stages}: {what}.": (
        "Ein einziger Fehler würde alle Angaben erklären ({stages}): {what}."
    ),
    "could not be read": "nicht lesbar",
    "{count} problem checked, {wrong} with a wrong number": (
        "{count} Aufgabe geprüft, {wrong} mit einer falschen Zahl"
    ),
    "{count} problems checked, {wrong} with a wrong number": (
        "{count} Aufgaben geprüft, {wrong} mit einer falschen Zahl"
    ),
    "{problems}; {count} file could not be read": "{problems}; {count} Datei war nicht lesbar",
    "{problems}; {count} files could not be read": "{problems}; {count} Dateien waren nicht lesbar",
    "file": "Datei",
    "numbers": "Zahlen",
    "Summary": "Zusammenfassung",
    "–": "–",
    "stage": "Stufe",
    "of": "Stelle",
    "claimed": "angegeben",
    "computed": "berechnet",
    "verdict": "Urteil",
    "why": "warum",
    " To leave nothing out: {option}.": " Um nichts auszulassen: {option}.",
    "cut off instead of rounded": "abgeschnitten statt gerundet",
    "less than one unit off what follows from numbers printed before it": (
        "weniger als eine Einheit neben dem, was aus früher gedruckten Zahlen folgt"
    ),
    (
        "The first number that is wrong is {number}: {claimed} is claimed, and it should be "
        "{computed}."
    ): "Die erste falsche Zahl: {number}. Angegeben ist {claimed}, richtig wäre {computed}.",
    # walkthrough/compared.py
    "Weighted sum": "Gewichtete Summe",
    "Output": "Ausgabe",
    "Scores, as they enter the softmax": "Scores, wie sie in die Softmax gehen",
    "How spread out, and how steep": "Wie breit verteilt und wie steil",
    "What changes": "Was sich ändert",
    "A small measure has more decimals.": "Ein kleines Maß hat mehr Nachkommastellen.",
    "Two walkthroughs, compared": "Zwei Rechnungen im Vergleich",
    "{first} against {last}": "{first} gegen {last}",
    "{sides} · for {queries}": "{sides} · für {queries}",
    "Source: {source}": "Quelle: {source}",
    "{side}: {warning}": "{side}: {warning}",
    "{query}: {stage}": "{query}: {stage}",
    "{query}: {one} ({left}), {other} ({right})": "{query}: {one} ({left}), {other} ({right})",
    "{query} has the same weights on both sides.": (
        "{query} hat auf beiden Seiten dieselben Gewichte."
    ),
    "The weights of {query} differ by less than {bound}.": (
        "Die Gewichte von {query} unterscheiden sich um weniger als {bound}."
    ),
    "The largest weight of {query} is {left} ({one}), and {right} ({other}).": (
        "Das größte Gewicht von {query} ist {left} ({one}) und {right} ({other})."
    ),
    "{query} attends most to {key} on both sides: {left} ({one}), {right} ({other}).": (
        "{query} achtet auf beiden Seiten am meisten auf {key}: {left} ({one}), {right} ({other})."
    ),
    "{query} attends most to {left_key} ({one}: {left}), and to {right_key} ({other}: {right}).": (
        "{query} achtet am meisten auf {left_key} ({one}: {left}) und auf {right_key} ({other}: "
        "{right})."
    ),
    "They lie a distance of {number} apart.": "Sie liegen um {number} auseinander.",
    "{query}: the same on both sides.": "{query}: auf beiden Seiten gleich.",
    "{query}: the two differ by less than {bound}.": (
        "{query}: Die beiden unterscheiden sich um weniger als {bound}."
    ),
    # renderers/typst/page.py
    "The computation of {query} at a glance": "Die Rechnung von {query} auf einen Blick",
    # walkthrough/computation.py
    "head {number}": "Kopf {number}",
    # walkthrough/entries.py
    "the embedding of {place}": "das Embedding von {place}",
    "the key's embedding of {place}": "das Embedding des Schlüssels von {place}",
    "the position vector of {place}": "der Positionsvektor von {place}",
    "the embedding with its position of {place}": "das Embedding mit Position von {place}",
    "the query of {place}": "die Anfrage von {place}",
    "the key of {place}": "der Schlüssel von {place}",
    "the value of {place}": "der Wert von {place}",
    "the normalized query of {place}": "die normierte Anfrage von {place}",
    "the normalized key of {place}": "der normierte Schlüssel von {place}",
    "the rotated query of {place}": "die gedrehte Anfrage von {place}",
    "the rotated key of {place}": "der gedrehte Schlüssel von {place}",
    "the score of {place}": "der Score von {place}",
    "the biased score of {place}": "der Score mit Bias von {place}",
    "the scaled score of {place}": "der skalierte Score von {place}",
    "the capped score of {place}": "der begrenzte Score von {place}",
    "the masked score of {place}": "der maskierte Score von {place}",
    "the exponential of {place}": "die Potenz von {place}",
    "the row sum of {place}": "die Zeilensumme von {place}",
    "the attention weight of {place}": "das Attention-Gewicht von {place}",
    "the weighted value of {place}": "der gewichtete Wert von {place}",
    "the head output of {place}": "die Ausgabe des Kopfes von {place}",
    "the concatenated heads of {place}": "die aneinandergehängten Köpfe von {place}",
    "the gated output of {place}": "die Ausgabe nach dem Gate von {place}",
    "the output of {place}": "die Ausgabe von {place}",
    "{query} for {key}": "{query} zu {key}",
    "{place}, head {head}": "{place}, Kopf {head}",
    "{place}, key-value head {head}": "{place}, Schlüssel-Wert-Kopf {head}",
    "{place}, entry {entry}": "{place}, Eintrag {entry}",
    # walkthrough/exchange.py
    "{parts} each {shape}": "{parts} je {shape}",
    "The same way": "Ebenso",
    "output of {head}, {shape}": "Ausgabe von {head}, {shape}",
    "outputs of {heads}, each {shape}": "Ausgaben von {heads}, je {shape}",
    # walkthrough/folds.py
    "Which columns each head takes": "Welche Spalten jeder Kopf nimmt",
    # walkthrough/graph.py
    "{title} (of each query, the strongest edge)": "{title} (von jeder Anfrage die stärkste Kante)",
    "{title} (of each query, the {count} strongest edges)": (
        "{title} (von jeder Anfrage die {count} stärksten Kanten)"
    ),
    "{subject}: the wider the line, the greater the weight; dotted below half of the greatest.": (
        "{subject}: je breiter die Linie, desto größer das Gewicht; gepunktet unter der Hälfte des "
        "größten."
    ),
    (
        "{subject}, weights rounded: the wider the line, the greater the weight; dotted below half "
        "of the greatest."
    ): (
        "{subject}, Gewichte gerundet: je breiter die Linie, desto größer das Gewicht; gepunktet "
        "unter der Hälfte des größten."
    ),
    (
        "{subject}: the wider the line, the greater the weight; dotted below half of the greatest "
        "of its query."
    ): (
        "{subject}: je breiter die Linie, desto größer das Gewicht; gepunktet unter der Hälfte des "
        "größten derselben Anfrage."
    ),
    (
        "{subject}, weights rounded: the wider the line, the greater the weight; dotted below half "
        "of the greatest of its query."
    ): (
        "{subject}, Gewichte gerundet: je breiter die Linie, desto größer das Gewicht; gepunktet "
        "unter der Hälfte des größten derselben Anfrage."
    ),
    (
        "{subject}: a number and an arrow for the greatest weight of each query; the paler the "
        "line, the smaller the weight."
    ): (
        "{subject}: Zahl und Pfeil für das größte Gewicht jeder Anfrage; je blasser die Linie, "
        "desto kleiner das Gewicht."
    ),
    (
        "{subject}, weights rounded: a number and an arrow for the greatest weight of each query; "
        "the paler the line, the smaller the weight."
    ): (
        "{subject}, Gewichte gerundet: Zahl und Pfeil für das größte Gewicht jeder Anfrage; je "
        "blasser die Linie, desto kleiner das Gewicht."
    ),
    "Whom each query attends to": "Worauf jede Anfrage achtet",
    "Head {head}: whom each query attends to": "Kopf {head}: worauf jede Anfrage achtet",
    "Whom {query} attends to": "Worauf {query} achtet",
    "Head {head}: whom {query} attends to": "Kopf {head}: worauf {query} achtet",
    "The {count} greatest of {total} weights are drawn.": (
        "Gezeichnet sind die {count} größten von {total} Gewichten."
    ),
    "The {count} greatest of {total} weights other than 0 are drawn.": (
        "Gezeichnet sind die {count} größten von {total} Gewichten, die nicht 0 sind."
    ),
    "{count} of {total} queries are drawn.": "Gezeichnet sind {count} von {total} Anfragen.",
    "{count} of {total} keys are drawn.": "Gezeichnet sind {count} von {total} Schlüsseln.",
    "Of each query only the greatest weight is drawn.": (
        "Von jeder Anfrage ist nur das größte Gewicht gezeichnet."
    ),
    "Of each query only the greatest weights, at most {count}, are drawn.": (
        "Von jeder Anfrage sind nur die größten Gewichte gezeichnet, höchstens {count}."
    ),
    # walkthrough/growth.py
    "weighted sum": "gewichtete Summe",
    "output projection": "Ausgabeprojektion",
    (
        "Twice as many tokens, four times as many scores: every token is compared with every "
        "token, and the cost grows with n², which is written O(n²). A recurrent network takes one "
        "step a token, O(n); but each of its steps has to wait for the one before, while all "
        "scores can be computed at the same time."
    ): (
        "Doppelt so viele Token, viermal so viele Scores: Jedes Token wird mit jedem verglichen, "
        "und der Aufwand wächst mit n², geschrieben O(n²). Ein rekurrentes Netz braucht einen "
        "Schritt je Token, O(n); aber jeder Schritt muss auf den vorigen warten, während alle "
        "Scores gleichzeitig berechnet werden können."
    ),
    "steps of a recurrent network": "Schritte eines rekurrenten Netzes",
    "how many": "wie viele",
    "formula": "Formel",
    "here": "hier",
    "multiplications for": "Multiplikationen für",
    "{first} or {last}": "{first} oder {last}",
    (
        "With twice as many tokens, in the cache too, all {now} operations become {then}: what "
        "grows with {one} doubles, what grows with {squared} becomes four times as much."
    ): (
        "Mit doppelt so vielen Token, auch im Cache, werden aus allen {now} Operationen {then}: "
        "Was mit {one} wächst, verdoppelt sich, was mit {squared} wächst, wird viermal so viel."
    ),
    (
        "With twice as many tokens, all {now} operations become {then}: what grows with {one} "
        "doubles, what grows with {squared} becomes four times as much."
    ): (
        "Mit doppelt so vielen Token werden aus allen {now} Operationen {then}: Was mit {one} "
        "wächst, verdoppelt sich, was mit {squared} wächst, wird viermal so viel."
    ),
    "numbers kept": "aufbewahrte Zahlen",
    "float16": "float16",
    "float32": "float32",
    (
        "Scores are needed one layer at a time, and a program may take them in blocks. The keys "
        "and values of every layer stay, as a cache, while text is generated."
    ): (
        "Scores werden Schicht für Schicht gebraucht, und ein Programm kann sie in Blöcken "
        "berechnen. Die Schlüssel und Werte jeder Schicht bleiben als Cache, solange Text erzeugt "
        "wird."
    ),
    "The numbers that are kept, and how many bytes they take as float16 and as float32": (
        "Die Zahlen, die aufbewahrt werden, und wie viele Bytes sie als float16 und als float32 "
        "brauchen"
    ),
    "for scores": "für Scores",
    "for weighted sum": "für die gewichtete Summe",
    "scores kept": "aufbewahrte Scores",
    "as it is": "unverändert",
    "width and heads": "Breite und Köpfe",
    (
        "More heads that are narrower, so that all of them together are as wide as before, take as "
        "many multiplications, but more scores."
    ): (
        "Mehr, aber schmalere Köpfe, die zusammen so breit sind wie zuvor, brauchen genauso viele "
        "Multiplikationen, aber mehr Scores."
    ),
    # walkthrough/heatmaps.py
    "All queries": "Alle Anfragen",
    "Head {head}": "Kopf {head}",
    "{about}: row attends to column": "{about}: Die Zeile achtet auf die Spalte",
    "{about}: row attends to column, rounded": "{about}: Die Zeile achtet auf die Spalte, gerundet",
    "{stage}": "{stage}",
    "{stage}, head {head}": "{stage}, Kopf {head}",
    # walkthrough/kinds.py
    "Self-attention: the tokens attend to each other. Its weights are given.": (
        "Self-Attention: Die Token achten aufeinander. Die Gewichte sind gegeben."
    ),
    "Attention: one query attends to the keys that are given with it.": (
        "Attention: Eine Anfrage achtet auf die Schlüssel, die mit ihr gegeben sind."
    ),
    "Attention: {count} queries attend to the keys that are given with them.": (
        "Attention: {count} Anfragen achten auf die Schlüssel, die mit ihnen gegeben sind."
    ),
    (
        "Masked cross-attention: the queries come from one sequence, the keys and values from "
        "another, and some keys are hidden."
    ): (
        "Maskierte Cross-Attention: Die Anfragen stammen aus einer Folge, die Schlüssel und Werte "
        "aus einer anderen, und einige Schlüssel sind verdeckt."
    ),
    "Cross-attention: the queries come from one sequence, the keys and values from another.": (
        "Cross-Attention: Die Anfragen stammen aus einer Folge, die Schlüssel und Werte aus einer "
        "anderen."
    ),
    "Masked self-attention: where -∞ is added, a token does not attend to a key.": (
        "Maskierte Self-Attention: Wo -∞ addiert wird, achtet ein Token nicht auf einen Schlüssel."
    ),
    (
        "Bidirectional self-attention: each token attends to the tokens before and after it, as in "
        "an encoder, but never to padding."
    ): (
        "Bidirektionale Self-Attention: Jedes Token achtet auf die Token vor und nach ihm, wie in "
        "einem Encoder, aber nie auf Padding."
    ),
    "Self-attention with a sliding window: each token attends only to tokens near it.": (
        "Self-Attention mit gleitendem Fenster: Jedes Token achtet nur auf Token in seiner Nähe."
    ),
    (
        "Masked (causal) self-attention: each token attends to itself and to the tokens before it, "
        "as in a decoder."
    ): (
        "Maskierte (kausale) Self-Attention: Jedes Token achtet auf sich selbst und auf die Token "
        "vor ihm, wie in einem Decoder."
    ),
    (
        "Masked (causal) self-attention: each token attends to itself and to the tokens before it, "
        "as in a decoder, but never to padding."
    ): (
        "Maskierte (kausale) Self-Attention: Jedes Token achtet auf sich selbst und auf die Token "
        "vor ihm, wie in einem Decoder, aber nie auf Padding."
    ),
    (
        "Masked (causal) self-attention with a sliding window: each token attends to itself, to "
        "the nearest tokens before it and to the first of all."
    ): (
        "Maskierte (kausale) Self-Attention mit gleitendem Fenster: Jedes Token achtet auf sich "
        "selbst, auf die nächsten Token vor ihm und auf die allerersten."
    ),
    (
        "Masked (causal) self-attention with a sliding window: each token attends to itself and to "
        "the nearest tokens before it."
    ): (
        "Maskierte (kausale) Self-Attention mit gleitendem Fenster: Jedes Token achtet auf sich "
        "selbst und auf die nächsten Token vor ihm."
    ),
    "Masked self-attention: a mask says which token may attend to which.": (
        "Maskierte Self-Attention: Eine Maske sagt, welches Token auf welches achten darf."
    ),
    (
        "Bidirectional self-attention: each token attends to all tokens, before and after it, as "
        "in an encoder."
    ): (
        "Bidirektionale Self-Attention: Jedes Token achtet auf alle Token, vor und nach ihm, wie "
        "in einem Encoder."
    ),
    (
        "Multi-head attention: {heads} heads do this side by side, each with its own queries, keys "
        "and values."
    ): (
        "Multi-Head-Attention: {heads} Köpfe tun das nebeneinander, jeder mit eigenen Anfragen, "
        "Schlüsseln und Werten."
    ),
    (
        "Multi-query attention: {heads} heads do this side by side, each with its own queries; all "
        "of them use the same keys and values."
    ): (
        "Multi-Query-Attention: {heads} Köpfe tun das nebeneinander, jeder mit eigenen Anfragen; "
        "alle benutzen dieselben Schlüssel und Werte."
    ),
    (
        "Grouped-query attention: {heads} heads do this side by side, each with its own queries; "
        "{share} heads at a time use the same keys and values."
    ): (
        "Grouped-Query-Attention: {heads} Köpfe tun das nebeneinander, jeder mit eigenen Anfragen; "
        "je {share} Köpfe benutzen dieselben Schlüssel und Werte."
    ),
    "“Self” means that tokens attend to tokens of their own sequence.": (
        "„Self“ heißt: Token achten auf Token ihrer eigenen Folge."
    ),
    "An encoder reads a text that is there as a whole; a decoder writes one, token after token.": (
        "Ein Encoder liest einen Text, der ganz vorliegt; ein Decoder schreibt einen, Token für "
        "Token."
    ),
    # walkthrough/lanes.py
    "heads {first} to {last}": "Köpfe {first} bis {last}",
    # walkthrough/lookup.py
    (
        "A hash table would look for the one key that equals the query. Here every key matches, "
        "some more and some less, and what {query} is given is shared out by the match."
    ): (
        "Eine Hashtabelle würde den einen Schlüssel suchen, der gleich der Anfrage ist. Hier passt "
        "jeder Schlüssel, mancher mehr und mancher weniger, und was {query} bekommt, wird danach "
        "aufgeteilt."
    ),
    "1 key is masked, as if not in the table.": (
        "1 Schlüssel ist maskiert, als stünde er nicht in der Tabelle."
    ),
    "{count} keys are masked, as if not in the table.": (
        "{count} Schlüssel sind maskiert, als stünden sie nicht in der Tabelle."
    ),
    "Keys by match": "Schlüssel nach Übereinstimmung",
    "rank": "Rang",
    "match": "Übereinstimmung",
    "share": "Anteil",
    "… {count} more, together": "… {count} weitere, zusammen",
    "together": "zusammen",
    "share × value": "Anteil × Wert",
    "What is retrieved": "Was herauskommt",
    "No key may be seen, so nothing is retrieved.": (
        "Kein Schlüssel ist zu sehen, also kommt nichts heraus."
    ),
    "A hash table could not tell: {keys} match equally well.": (
        "Eine Hashtabelle könnte sich nicht entscheiden: {keys} passen gleich gut."
    ),
    (
        "A hash table would return the value of the best match alone, of {key}: {value}, which is "
        "what is retrieved here too."
    ): (
        "Eine Hashtabelle gäbe allein den Wert des besten Treffers zurück, den von {key}: {value}; "
        "das kommt auch hier heraus."
    ),
    "A hash table would return the value of the best match alone, of {key}: {value}.": (
        "Eine Hashtabelle gäbe allein den Wert des besten Treffers zurück, den von {key}: {value}."
    ),
    "The sink has a share of {share}, and returns nothing.": (
        "Die Senke hat einen Anteil von {share} und gibt nichts zurück."
    ),
    "Here {key} has a share of {share}; what is retrieved lies {distance} away from its value.": (
        "Hier hat {key} einen Anteil von {share}; das Ergebnis liegt um {distance} vom Wert des "
        "Treffers entfernt."
    ),
    (
        "Here {key} has a share of {share}; what is retrieved is its value in every digit that is "
        "certain."
    ): (
        "Hier hat {key} einen Anteil von {share}; das Ergebnis ist in jeder sicheren Ziffer der "
        "Wert des Treffers."
    ),
    # walkthrough/page.py
    "key-value head {head}": "Schlüssel-Wert-Kopf {head}",
    "head {head}": "Kopf {head}",
    "Query {query}": "Anfrage {query}",
    # walkthrough/pipeline.py
    "split into {count} heads": "zerlegt in {count} Köpfe",
    "… {count} more heads": "… {count} weitere Köpfe",
    "the same way": "ebenso",
    "{head}: {step}": "{head}: {step}",
    "{count} token": "{count} Token",
    "{count} tokens": "{count} Token",
    "{count} head of {shape}": "{count} Kopf mit {shape}",
    "{count} heads of {shape}": "{count} Köpfe mit {shape}",
    # walkthrough/remark.py
    "Rounded only where shown, to 1 decimal; = is exact, ≈ is rounded.": (
        "Gerundet wird nur beim Anzeigen, auf 1 Nachkommastelle; = ist genau, ≈ ist gerundet."
    ),
    "Rounded only where shown, to {count} decimals; = is exact, ≈ is rounded.": (
        "Gerundet wird nur beim Anzeigen, auf {count} Nachkommastellen; = ist genau, ≈ ist "
        "gerundet."
    ),
    "Halves are rounded to even.": "Hälften werden zur geraden Ziffer gerundet.",
    "The same numbers otherwise: {option}.": "Dieselben Zahlen anders: {option}.",
    "To leave nothing out: {option}.": "Um nichts auszulassen: {option}.",
    "Another query: {option}.": "Eine andere Anfrage: {option}.",
    "Another head: {option}.": "Ein anderer Kopf: {option}.",
    "To see what is left out, add {option} to the command.": (
        "Was weggelassen ist, zeigt der Befehl mit {option}."
    ),
    "To see another query, add {option} to the command, with its token.": (
        "Eine andere Anfrage zeigt der Befehl mit {option} und ihrem Token."
    ),
    "To see another head, add {option} to the command, with its number.": (
        "Einen anderen Kopf zeigt der Befehl mit {option} und dessen Nummer."
    ),
    # walkthrough/sections/add_positions.py
    "Add the vector of its position to the embedding of {of}.": (
        "Den Vektor seiner Position zum Embedding von {of} addieren."
    ),
    (
        "Attention by itself does not know where a token stands, so each position has a learned "
        "vector that is added to the embedding."
    ): (
        "Attention allein weiß nicht, wo ein Token steht; darum hat jede Position einen gelernten "
        "Vektor, der zum Embedding addiert wird."
    ),
    (
        "Attention by itself does not know where a token stands, so each position has a vector "
        "that is added to the embedding: the sine and the cosine of one angle, then of a smaller "
        "one, and so on."
    ): (
        "Attention allein weiß nicht, wo ein Token steht; darum hat jede Position einen Vektor, "
        "der zum Embedding addiert wird: Sinus und Kosinus eines Winkels, dann eines kleineren und "
        "so weiter."
    ),
    "All tokens": "Alle Token",
    "The embeddings of the keys are used as they are.": (
        "Die Embeddings der Schlüssel werden unverändert benutzt."
    ),
    "Positions": "Positionen",
    "The positions are those that are given.": "Die Positionen sind die gegebenen.",
    "Positions are counted from 0.": "Positionen werden ab 0 gezählt.",
    "{query} stands at position {place}": "{query} steht an Position {place}",
    "angle": "Winkel",
    (
        "{one} and {other} have the same embedding; with the vectors of positions {first} and "
        "{second} added, they differ."
    ): (
        "{one} und {other} haben dasselbe Embedding; mit den Vektoren der Positionen {first} und "
        "{second} unterscheiden sie sich."
    ),
    "sinusoidal positions": "Sinus-Positionen",
    "learned positions": "gelernte Positionen",
    "Add positions": "Positionen addieren",
    "what is added to the embedding for its position": (
        "was für die Position zum Embedding addiert wird"
    ),
    "the position of a token, counted from 0": "die Position eines Tokens, ab 0 gezählt",
    "how many numbers an embedding has": "wie viele Zahlen ein Embedding hat",
    "an even place of an entry, counted from 0": "ein gerader Platz eines Eintrags, ab 0 gezählt",
    "Embeddings with Positions": "Embeddings mit Positionen",
    # walkthrough/sections/bias_scores.py
    "score + bias": "Score + Bias",
    "biased score": "Score mit Bias",
    "Bias before scaling": "Bias vor dem Skalieren",
    "A number is added to each score, so that this key counts more or less.": (
        "Zu jedem Score wird eine Zahl addiert, damit dieser Schlüssel mehr oder weniger zählt."
    ),
    "It is added before scaling, so it is scaled too.": (
        "Sie wird vor dem Skalieren addiert, also mitskaliert."
    ),
    "Adding -∞ hides a key: its weight will be 0.": (
        "Wird -∞ addiert, ist der Schlüssel verdeckt: Sein Gewicht wird 0."
    ),
    "with a bias before scaling": "mit einem Bias vor dem Skalieren",
    "+ bias": "+ Bias",
    "Add bias": "Bias addieren",
    "the score with its bias": "der Score mit seinem Bias",
    "all biases, a row a query": "alle Bias, eine Zeile je Anfrage",
    "the bias of query i and key j, which is added to their score": (
        "der Bias von Anfrage i und Schlüssel j, der zu ihrem Score addiert wird"
    ),
    "Bias": "Bias",
    "{bias} adds a number of its own to each score (section {number}).": (
        "{bias} addiert zu jedem Score eine eigene Zahl (Abschnitt {number})."
    ),
    # walkthrough/sections/cache.py
    "The cache": "Der Cache",
    (
        "A cache keeps what was computed for earlier tokens, so that only the new ones have to be "
        "computed."
    ): (
        "Ein Cache bewahrt auf, was für frühere Token berechnet wurde, damit nur noch die neuen zu "
        "berechnen sind."
    ),
    "Taken from the cache: {count} key with its value.": (
        "Aus dem Cache genommen: {count} Schlüssel mit seinem Wert."
    ),
    "Taken from the cache: {count} keys with their values.": (
        "Aus dem Cache genommen: {count} Schlüssel mit ihren Werten."
    ),
    "New in this step, and put behind: {count} key with its value.": (
        "In diesem Schritt neu und hinten angehängt: {count} Schlüssel mit seinem Wert."
    ),
    "New in this step, and put behind: {count} keys with their values.": (
        "In diesem Schritt neu und hinten angehängt: {count} Schlüssel mit ihren Werten."
    ),
    "Taken from the cache: {count} key.": "Aus dem Cache genommen: {count} Schlüssel.",
    "Taken from the cache: {count} keys.": "Aus dem Cache genommen: {count} Schlüssel.",
    "New in this step, and put behind: {count} key.": (
        "In diesem Schritt neu und hinten angehängt: {count} Schlüssel."
    ),
    "New in this step, and put behind: {count} keys.": (
        "In diesem Schritt neu und hinten angehängt: {count} Schlüssel."
    ),
    "before this step": "vor diesem Schritt",
    "after it": "danach",
    "product": "Produkt",
    "{count} bytes each": "je {count} Bytes",
    "Size of the cache: heads × tokens × ({widths}), in numbers and in bytes": (
        "Größe des Caches: Köpfe × Token × ({widths}), in Zahlen und in Bytes"
    ),
    (
        "The embeddings of the cached tokens are not given (X under past), so the cache is taken "
        "as it is."
    ): (
        "Die Embeddings der Token im Cache sind nicht gegeben (X unter past); der Cache wird also "
        "genommen, wie er ist."
    ),
    "Not everything is given for the cached tokens too, so the cache is taken as it is.": (
        "Für die Token im Cache ist nicht alles gegeben; der Cache wird also genommen, wie er ist."
    ),
    (
        "Without the cache, all {count} keys and values would have to be computed, from all "
        "embeddings: they come out the same, and so does the output."
    ): (
        "Ohne Cache wären alle {count} Schlüssel und Werte zu berechnen, aus allen Embeddings: Sie "
        "kommen gleich heraus, und ebenso die Ausgabe."
    ),
    (
        "Without the cache, all {count} keys would have to be computed, from all embeddings: they "
        "come out the same, and so do the weights."
    ): (
        "Ohne Cache wären alle {count} Schlüssel zu berechnen, aus allen Embeddings: Sie kommen "
        "gleich heraus, und ebenso die Gewichte."
    ),
    (
        "Computed from all embeddings, the keys and values differ from the cached ones by at most "
        "{apart}, and the output by at most {of_result}: the cache holds rounded numbers."
    ): (
        "Aus allen Embeddings berechnet, weichen die Schlüssel und Werte von denen im Cache um "
        "höchstens {apart} ab und die Ausgabe um höchstens {of_result}: Im Cache stehen gerundete "
        "Zahlen."
    ),
    (
        "Computed from all embeddings, the keys differ from the cached ones by at most {apart}, "
        "and the weights by at most {of_result}: the cache holds rounded numbers."
    ): (
        "Aus allen Embeddings berechnet, weichen die Schlüssel von denen im Cache um höchstens "
        "{apart} ab und die Gewichte um höchstens {of_result}: Im Cache stehen gerundete Zahlen."
    ),
    "Cache": "Cache",
    "cache of": "Cache mit",
    "cache": "Cache",
    # walkthrough/sections/cap.py
    "Cap the score of {of}, with {cap}.": "Den Score von {of} begrenzen, mit {cap}.",
    "Cap each score of {of}, with {cap}.": "Jeden Score von {of} begrenzen, mit {cap}.",
    "capped score": "begrenzter Score",
    "Capped scores": "Begrenzte Scores",
    (
        "The soft-cap keeps every score between {low} and {high}: it hardly changes small scores, "
        "and it bends large ones, so that no key can win by a huge score."
    ): (
        "Der Soft-Cap hält jeden Score zwischen {low} und {high}: Kleine Scores ändert er kaum, "
        "große staucht er, damit kein Schlüssel durch einen riesigen Score gewinnt."
    ),
    "It comes after scaling, before bias and mask.": (
        "Er kommt nach dem Skalieren und vor Bias und Maske."
    ),
    "capped at {cap}": "begrenzt auf {cap}",
    "{cap} tanh(score / {cap})": "{cap} tanh(Score / {cap})",
    "Cap, {formula}": "Begrenzen, {formula}",
    "the capped score of query i and key j": "der begrenzte Score von Anfrage i und Schlüssel j",
    "the cap, which no score passes": "die Grenze, die kein Score überschreitet",
    "Softcap": "Soft-Cap",
    "“tanh” keeps each score from passing the cap {cap} (section {number}).": (
        "„tanh“ hält jeden Score innerhalb der Grenze {cap} (Abschnitt {number})."
    ),
    # walkthrough/sections/compare.py
    "Compute the scores of {of}: the query times {W}, times each key.": (
        "Die Scores von {of} berechnen: die Anfrage mal {W}, mal jeden Schlüssel."
    ),
    "Compute the scores of {of}: {v} times the tanh of what query and key give together.": (
        "Die Scores von {of} berechnen: {v} mal den tanh dessen, was Anfrage und "
        "Schlüssel zusammen ergeben."
    ),
    "Compute the scores of {of}: the query times each key, divided by both lengths.": (
        "Die Scores von {of} berechnen: die Anfrage mal jeden Schlüssel, geteilt durch "
        "beide Längen."
    ),
    (
        "The matrix W learns which entries of query and key belong together: the query is "
        "multiplied by W, and the score is the dot product of the result and the key."
    ): (
        "Die Matrix W lernt, welche Einträge von Anfrage und Schlüssel zusammengehören: Die "
        "Anfrage wird mit W multipliziert, und der Score ist das Skalarprodukt des Ergebnisses mit "
        "dem Schlüssel."
    ),
    (
        "A small network compares query and key, which need not have the same width: each is "
        "multiplied by a matrix, tanh keeps every entry of their sum between -1 and 1, and the dot "
        "product of that and v is the score."
    ): (
        "Ein kleines Netz vergleicht Anfrage und Schlüssel, die nicht gleich breit sein müssen: "
        "Beide werden mit einer Matrix multipliziert, tanh hält jeden Eintrag ihrer Summe zwischen "
        "-1 und 1, und das Skalarprodukt davon mit v ist der Score."
    ),
    (
        "The score is the cosine of the angle between query and key, so their lengths do not "
        "matter: it is 1 where they point the same way, and -1 where they point in opposite ways."
    ): (
        "Der Score ist der Kosinus des Winkels zwischen Anfrage und Schlüssel, ihre Längen spielen "
        "also keine Rolle: Er ist 1, wo beide in dieselbe Richtung zeigen, und -1, wo sie in "
        "entgegengesetzte zeigen."
    ),
    "General scores": "Allgemeine Scores",
    "Additive scores": "Additive Scores",
    "Cosine scores": "Kosinus-Scores",
    "All keys": "Alle Schlüssel",
    "score": "Score",
    "no direction": "keine Richtung",
    "general scores": "allgemeine Scores",
    "additive scores": "additive Scores",
    "cosine scores": "Kosinus-Scores",
    "cosine": "Kosinus",
    "{scores} of Q and K": "{scores} von Q und K",
    "all scores, a row a query": "alle Scores, eine Zeile je Anfrage",
    "the score of query i and key j: how well they match": (
        "der Score von Anfrage i und Schlüssel j: wie gut sie zusammenpassen"
    ),
    "the matrix between query and key": "die Matrix zwischen Anfrage und Schlüssel",
    "the matrix that a query is multiplied by": (
        "die Matrix, mit der eine Anfrage multipliziert wird"
    ),
    "the matrix that a key is multiplied by": (
        "die Matrix, mit der ein Schlüssel multipliziert wird"
    ),
    "the query times its matrix": "die Anfrage mal ihre Matrix",
    "Scores": "Scores",
    # walkthrough/sections/cost.py
    "What it costs": "Was es kostet",
    "The attention weights are given, and nothing is computed from them.": (
        "Die Attention-Gewichte sind gegeben, und aus ihnen wird nichts berechnet."
    ),
    "multiply": "multiplizieren",
    "add": "addieren",
    "divide": "dividieren",
    "power": "potenzieren",
    "tanh": "tanh",
    "sin, cos": "sin, cos",
    "projections": "Projektionen",
    "normalization": "Normierung",
    "softmax": "Softmax",
    "gate": "Gate",
    "Counted from the sizes alone, all of this takes {count} operations.": (
        "Allein aus den Größen gezählt, braucht all das {count} Operationen."
    ),
    "One part takes the most of them: {part}, {share}.": (
        "Ein Teil braucht die meisten davon: {part}, {share}."
    ),
    "All queries and keys, in all heads: {sizes}.": (
        "Alle Anfragen und Schlüssel, in allen Köpfen: {sizes}."
    ),
    "All queries and keys: {sizes}.": "Alle Anfragen und Schlüssel: {sizes}.",
    (
        "A dot product of {d} terms takes {d} multiplications and one addition fewer; a difference "
        "counts as an addition."
    ): (
        "Ein Skalarprodukt aus {d} Summanden braucht {d} Multiplikationen und eine Addition "
        "weniger; eine Differenz zählt als Addition."
    ),
    "step": "Schritt",
    "all": "alle",
    "part": "Teil",
    "operations": "Operationen",
    "multiplications for scores": "Multiplikationen für Scores",
    "multiplications for the weighted sum": "Multiplikationen für die gewichtete Summe",
    "multiplications for keys and values": "Multiplikationen für Schlüssel und Werte",
    "multiplications for values and rotated keys": (
        "Multiplikationen für Werte und gedrehte Schlüssel"
    ),
    "numbers in keys and values": "Zahlen in Schlüsseln und Werten",
    "the mask": "die Maske",
    "{some} of {all} heads": "{some} von {all} Köpfen",
    "the cache": "der Cache",
    "saved by": "gespart durch",
    "what": "was",
    "without": "ohne",
    "with": "mit",
    (
        "Of {pairs} pairs of a query and a key, {visible} are not hidden. The steps above take all "
        "pairs; a program that skips the hidden ones needs no more than this share."
    ): (
        "Von {pairs} Paaren aus Anfrage und Schlüssel sind {visible} nicht verdeckt. Die Schritte "
        "oben nehmen alle Paare; ein Programm, das die verdeckten überspringt, braucht nicht mehr "
        "als diesen Anteil."
    ),
    "Groups of {count} query heads share one head of keys and values.": (
        "Je {count} Anfrageköpfe teilen sich einen Kopf für Schlüssel und Werte."
    ),
    "Keys and values of the past token are not computed again.": (
        "Schlüssel und Werte des früheren Tokens werden nicht noch einmal berechnet."
    ),
    "Keys and values of the {count} past tokens are not computed again.": (
        "Schlüssel und Werte der {count} früheren Token werden nicht noch einmal berechnet."
    ),
    # walkthrough/sections/embed.py
    "Input Embeddings": "Eingabe-Embeddings",
    "Embeddings of the Keys": "Embeddings der Schlüssel",
    # walkthrough/sections/fold.py
    "Heads": "Köpfe",
    "There is only one head, which takes all entries.": (
        "Es gibt nur einen Kopf, und er nimmt alle Einträge."
    ),
    (
        "Each head has attention weights of its own, so that a token can look for several things "
        "at once."
    ): "Jeder Kopf hat eigene Attention-Gewichte, damit ein Token mehreres zugleich suchen kann.",
    "Each query is cut into {heads} parts of {count} entry, one part for each head.": (
        "Jede Anfrage wird in {heads} Teile mit {count} Eintrag zerlegt, ein Teil für jeden Kopf."
    ),
    "Each query is cut into {heads} parts of {count} entries, one part for each head.": (
        "Jede Anfrage wird in {heads} Teile mit je {count} Einträgen zerlegt, ein Teil für jeden "
        "Kopf."
    ),
    "Each embedding is cut into {heads} parts of {count} entry, one part for each head.": (
        "Jedes Embedding wird in {heads} Teile mit {count} Eintrag zerlegt, ein Teil für jeden "
        "Kopf."
    ),
    "Each embedding is cut into {heads} parts of {count} entries, one part for each head.": (
        "Jedes Embedding wird in {heads} Teile mit je {count} Einträgen zerlegt, ein Teil für "
        "jeden Kopf."
    ),
    (
        "The columns of {matrix} are cut into {heads} parts of {count} column, one part for each "
        "head."
    ): (
        "Die Spalten von {matrix} werden in {heads} Teile mit {count} Spalte zerlegt, ein Teil für "
        "jeden Kopf."
    ),
    (
        "The columns of {matrix} are cut into {heads} parts of {count} columns, one part for each "
        "head."
    ): (
        "Die Spalten von {matrix} werden in {heads} Teile mit je {count} Spalten zerlegt, ein Teil "
        "für jeden Kopf."
    ),
    "Each of the {heads} heads has numbers of its own, as they are given.": (
        "Jeder der {heads} Köpfe hat eigene Zahlen, so wie sie gegeben sind."
    ),
    "All heads use the same keys and values (multi-query attention).": (
        "Alle Köpfe benutzen dieselben Schlüssel und Werte (Multi-Query-Attention)."
    ),
    (
        "There are only {kv_heads} heads of keys and values, and each of them is used by {share} "
        "heads (grouped-query attention)."
    ): (
        "Für Schlüssel und Werte gibt es nur {kv_heads} Köpfe, und jeder davon wird von {share} "
        "Köpfen benutzt (Grouped-Query-Attention)."
    ),
    "head": "Kopf",
    "columns of Q": "Spalten von Q",
    "entries of q": "Einträge von q",
    "key-value head": "Schlüssel-Wert-Kopf",
    "of {vector}": "von {vector}",
    "the number of a head": "die Nummer eines Kopfes",
    "the result of head h for all tokens": "das Ergebnis von Kopf h für alle Token",
    "In formulas, {h} is the number of a head, and {head} what comes out of it.": (
        "In Formeln ist {h} die Nummer eines Kopfes und {head} das, was aus ihm herauskommt."
    ),
    # walkthrough/sections/gate.py
    "Multiply each entry of the result of {of} by its gate: {sigmoid}.": (
        "Jeden Eintrag des Ergebnisses von {of} mit seinem Gate multiplizieren: {sigmoid}."
    ),
    "Gate": "Gate",
    (
        "Every entry is multiplied by a gate of its own, a share between 0 (closed) and 1 (open): "
        "{sigmoid}."
    ): (
        "Jeder Eintrag wird mit einem eigenen Gate multipliziert, einem Anteil zwischen 0 (zu) und "
        "1 (offen): {sigmoid}."
    ),
    "The numbers g are given.": "Die Zahlen g sind gegeben.",
    "The numbers g are made of the query's own embedding.": (
        "Die Zahlen g entstehen aus dem eigenen Embedding der Anfrage."
    ),
    "gated": "nach dem Gate",
    "the numbers that open and close the gates": "die Zahlen, die die Gates öffnen und schließen",
    "the numbers that open and close the gates of query i": (
        "die Zahlen, die die Gates von Anfrage i öffnen und schließen"
    ),
    "what the gates let through for query i": "was die Gates bei Anfrage i durchlassen",
    "the matrix that makes the numbers of the gates": (
        "die Matrix, aus der die Zahlen der Gates entstehen"
    ),
    "what is added to the numbers of the gates": "was zu den Zahlen der Gates addiert wird",
    "{gates} lets a share of each number through (section {number}).": (
        "{gates} lässt von jeder Zahl einen Anteil durch (Abschnitt {number})."
    ),
    # walkthrough/sections/given.py
    "What is given": "Was gegeben ist",
    "The attention weights are given; what they come from is not.": (
        "Die Attention-Gewichte sind gegeben; woraus sie entstehen, nicht."
    ),
    "No values are given, so the page ends at the attention weights.": (
        "Es sind keine Werte gegeben; die Seite endet also bei den Attention-Gewichten."
    ),
    "The given scores are used as they are; a scale option would multiply them.": (
        "Die gegebenen Scores werden unverändert benutzt; eine Option scale würde sie "
        "multiplizieren."
    ),
    (
        "The problem is too large to be worked by hand: numbers are computed in float64 and shown "
        "rounded."
    ): (
        "Die Aufgabe ist zu groß, um sie von Hand zu rechnen: Die Zahlen sind in float64 berechnet "
        "und gerundet gezeigt."
    ),
    "Key-value head {head}": "Schlüssel-Wert-Kopf {head}",
    "In the cache": "Im Cache",
    "In the cache, key-value head {head}": "Im Cache, Schlüssel-Wert-Kopf {head}",
    "The scores: the query in the row, the key in the column": (
        "Die Scores: die Anfrage in der Zeile, der Schlüssel in der Spalte"
    ),
    "The scores of head {head}: the query in the row, the key in the column": (
        "Die Scores von Kopf {head}: die Anfrage in der Zeile, der Schlüssel in der Spalte"
    ),
    "the embeddings of all tokens, a row each": "die Embeddings aller Token, je eine Zeile",
    "the embedding of token i: the numbers that it comes in with": (
        "das Embedding von Token i: die Zahlen, mit denen es hereinkommt"
    ),
    "all queries, a row each": "alle Anfragen, je eine Zeile",
    "the query of token i: what it looks for": "die Anfrage von Token i: was es sucht",
    "all keys, a row each": "alle Schlüssel, je eine Zeile",
    "the key of token j: what it has to offer": "der Schlüssel von Token j: was es zu bieten hat",
    "all values, a row each": "alle Werte, je eine Zeile",
    "the value of token j: what it hands on": "der Wert von Token j: was es weitergibt",
    "the place of the query": "der Platz der Anfrage",
    "the place of the key": "der Platz des Schlüssels",
    "how many numbers a query or a key has": "wie viele Zahlen eine Anfrage oder ein Schlüssel hat",
    "how many numbers a value has": "wie viele Zahlen ein Wert hat",
    (
        "An embedding is the vector that stands for a token before attention. A model learns it in "
        "training; tokens of similar meaning tend to get similar vectors."
    ): (
        "Ein Embedding ist der Vektor, der vor der Attention für ein Token steht. Ein Modell lernt "
        "ihn im Training; Token mit ähnlicher Bedeutung bekommen meist ähnliche Vektoren."
    ),
    (
        "A model makes such vectors itself: it multiplies the vector of each token by matrices "
        "that it has learned in training."
    ): (
        "Ein Modell macht solche Vektoren selbst: Es multipliziert den Vektor jedes Tokens mit "
        "Matrizen, die es im Training gelernt hat."
    ),
    # walkthrough/sections/glossary.py
    "symbol": "Zeichen",
    "what it stands for": "wofür es steht",
    "size": "Größe",
    "Symbols": "Zeichen",
    "A capital letter stands for a matrix, a small one for a vector or a number.": (
        "Ein Großbuchstabe steht für eine Matrix, ein Kleinbuchstabe für einen Vektor oder eine "
        "Zahl."
    ),
    "A token below a letter says whose it is: {symbol} belongs to {token}.": (
        "Ein Token unter einem Buchstaben sagt, wozu er gehört: {symbol} gehört zu {token}."
    ),
    "A number behind a token says which entry: {symbol} is the first one of {vector}.": (
        "Eine Zahl hinter einem Token sagt, welcher Eintrag es ist: {symbol} ist der erste von "
        "{vector}."
    ),
    "the same matrix with its rows as columns": "dieselbe Matrix mit ihren Zeilen als Spalten",
    "the dot product: entry times entry, added up": (
        "das Skalarprodukt: Eintrag mal Eintrag, addiert"
    ),
    "the sum over all keys, one {index} after the other": (
        "die Summe über alle Schlüssel, ein {index} nach dem anderen"
    ),
    # walkthrough/sections/idea.py
    "The idea": "Die Idee",
    (
        "What is attention for? What a word means depends on the words around it. So attention "
        "gives each token a new vector, mixed from vectors of tokens, most from those that matter "
        "most to it."
    ): (
        "Wozu Attention? Was ein Wort bedeutet, hängt von den Wörtern um es herum ab. Deshalb gibt "
        "Attention jedem Token einen neuen Vektor, gemischt aus Vektoren von Token, das meiste von "
        "denen, die dafür am wichtigsten sind."
    ),
    (
        "A token is a piece of the input, such as a word or a part of one; a vector is a list of "
        "numbers."
    ): (
        "Ein Token ist ein Stück der Eingabe, etwa ein Wort oder ein Teil davon; ein Vektor ist "
        "eine Liste von Zahlen."
    ),
    (
        "For example, {i} means the query of {query}, and {j} the key of {key}: places are counted "
        "from 1."
    ): (
        "Zum Beispiel meint {i} die Anfrage von {query} und {j} den Schlüssel von {key}: Plätze "
        "sind ab 1 gezählt."
    ),
    "How to read the formula:": "Wie die Formel zu lesen ist:",
    (
        "About the numbers: = stands before a number that is exact, and ≈ before one that is "
        "rounded. In sentences and in tables of all queries, numbers may be rounded without a sign."
    ): (
        "Zu den Zahlen: = steht vor einer genauen Zahl, ≈ vor einer gerundeten. In Sätzen und in "
        "Tabellen aller Anfragen können Zahlen ohne Zeichen gerundet sein."
    ),
    (
        "Everything is computed with unrounded numbers. Whoever goes on with the printed ones may "
        "find slightly different digits at the end."
    ): (
        "Gerechnet wird immer mit ungerundeten Zahlen. Wer mit den gedruckten weiterrechnet, "
        "findet am Ende vielleicht etwas andere Ziffern."
    ),
    # walkthrough/sections/interface.py
    "{rows} × {columns}": "{rows} × {columns}",
    "1 × {columns}": "1 × {columns}",
    # walkthrough/sections/join.py
    (
        "Each head has found something of its own; side by side, none of it is lost. The result of "
        "a head is {n} × {width}, all of them together {n} × {whole}."
    ): (
        "Jeder Kopf hat etwas Eigenes gefunden; nebeneinander geht nichts davon verloren. Das "
        "Ergebnis eines Kopfes ist {n} × {width}, alle zusammen sind {n} × {whole}."
    ),
    "The only head's result is {n} × {width}.": (
        "Das Ergebnis des einzigen Kopfes ist {n} × {width}."
    ),
    "{matrix}, {rows} × {columns}, makes it {n} × {columns}.": (
        "{matrix}, {rows} × {columns}, macht daraus {n} × {columns}."
    ),
    "Heads together": "Köpfe zusammen",
    "The head's result": "Das Ergebnis des Kopfes",
    "What each head gives {query}": "Was jeder Kopf {query} gibt",
    "the results of all heads for query i, side by side": (
        "die Ergebnisse aller Köpfe für Anfrage i, nebeneinander"
    ),
    "Concatenate Heads": "Köpfe aneinanderhängen",
    "Concatenate": "Aneinanderhängen",
    "“Concat” puts the results of all heads side by side (section {number}).": (
        "„Concat“ stellt die Ergebnisse aller Köpfe nebeneinander (Abschnitt {number})."
    ),
    # walkthrough/sections/mask.py
    "Add the bias to the score of {of}.": "Den Bias zum Score von {of} addieren.",
    "Add the bias to each score of {of}.": "Den Bias zu jedem Score von {of} addieren.",
    "The bias": "Der Bias",
    "Bias and mask": "Bias und Maske",
    "Mask": "Maske",
    (
        "The further a key is from the query, the more is taken off its score: a slope times how "
        "far their positions are apart. The slope is {slope}."
    ): (
        "Je weiter ein Schlüssel von der Anfrage entfernt ist, desto mehr wird von seinem Score "
        "abgezogen: eine Steigung mal dem Abstand der Positionen. Die Steigung ist {slope}."
    ),
    (
        "What is taken off a score is a slope times how far the positions of query and key are "
        "apart. The slope is {slope}."
    ): (
        "Von einem Score wird eine Steigung mal dem Abstand der Positionen von Anfrage und "
        "Schlüssel abgezogen. Die Steigung ist {slope}."
    ),
    (
        "The further a key is from the query, the more is taken off its score: a slope times the "
        "number of tokens from one to the other. The slope is {slope}."
    ): (
        "Je weiter ein Schlüssel von der Anfrage entfernt ist, desto mehr wird von seinem Score "
        "abgezogen: eine Steigung mal der Zahl der Token vom einen zum anderen. Die Steigung ist "
        "{slope}."
    ),
    (
        "What is taken off a score is a slope times the number of tokens from the query to the "
        "key. The slope is {slope}."
    ): (
        "Von einem Score wird eine Steigung mal der Zahl der Token von der Anfrage zum Schlüssel "
        "abgezogen. Die Steigung ist {slope}."
    ),
    "slope": "Steigung",
    "How steeply each head discounts what is far": "Wie stark jeder Kopf das Ferne abwertet",
    (
        "{element} is 0 where query i sees key j, and {hidden} where not. A key with the score "
        "{hidden} gets the weight 0, and all weights still add up to 1; they would not if a weight "
        "were set to 0 after the softmax."
    ): (
        "{element} ist 0, wo die Anfrage i den Schlüssel j sieht, und sonst {hidden}. Ein "
        "Schlüssel mit dem Score {hidden} bekommt das Gewicht 0, und alle Gewichte ergeben "
        "zusammen weiterhin 1; das täten sie nicht, würde ein Gewicht erst nach der Softmax auf 0 "
        "gesetzt."
    ),
    (
        "{element} is 0 where query i sees key j, and {hidden} where not. A key with the score "
        "{hidden} gets the weight 0, and the others share what it would have had."
    ): (
        "{element} ist 0, wo die Anfrage i den Schlüssel j sieht, und sonst {hidden}. Ein "
        "Schlüssel mit dem Score {hidden} bekommt das Gewicht 0, und die anderen teilen sich, was "
        "er bekommen hätte."
    ),
    "The mask says which keys each query sees.": (
        "Die Maske sagt, welche Schlüssel jede Anfrage sieht."
    ),
    "Each query sees every key.": "Jede Anfrage sieht jeden Schlüssel.",
    "Each token sees itself and the tokens before it, not those after it.": (
        "Jedes Token sieht sich selbst und die Token vor ihm, nicht die nach ihm."
    ),
    "Each query sees the key that it goes with and the keys before that one, not those after it.": (
        "Jede Anfrage sieht den Schlüssel, zu dem sie gehört, und die Schlüssel davor, nicht die "
        "danach."
    ),
    "Each token sees only {seen}.": "Jedes Token sieht nur {seen}.",
    "Each query sees only {seen}.": "Jede Anfrage sieht nur {seen}.",
    "itself": "sich selbst",
    "the key that it goes with": "den Schlüssel, zu dem sie gehört",
    "every token before it": "jedes Token davor",
    "the token before it": "das Token davor",
    "the {count} tokens before it": "die {count} Token davor",
    "every token after it": "jedes Token danach",
    "the token after it": "das Token danach",
    "the {count} tokens after it": "die {count} Token danach",
    "the first token, however far back": "das erste Token, wie weit es auch zurückliegt",
    "the first {count} tokens, however far back": (
        "die ersten {count} Token, wie weit sie auch zurückliegen"
    ),
    "The last query goes with the last key.": "Die letzte Anfrage gehört zum letzten Schlüssel.",
    "The token in the cache stands before all of them.": (
        "Das Token im Cache steht vor ihnen allen."
    ),
    "The {count} tokens in the cache stand before all of them.": (
        "Die {count} Token im Cache stehen vor ihnen allen."
    ),
    "The first query goes with the first key.": "Die erste Anfrage gehört zum ersten Schlüssel.",
    "So the last query has no key to see.": "Die letzte Anfrage sieht also keinen Schlüssel.",
    "So the last {count} queries have no key to see.": (
        "Die letzten {count} Anfragen sehen also keinen Schlüssel."
    ),
    "So the first query has no key to see.": "Die erste Anfrage sieht also keinen Schlüssel.",
    "So the first {count} queries have no key to see.": (
        "Die ersten {count} Anfragen sehen also keinen Schlüssel."
    ),
    "Padding is hidden from every query; there is none here.": (
        "Padding ist für jede Anfrage verdeckt; hier gibt es keines."
    ),
    "Padding is hidden from every query, here {count} of the {every} keys.": (
        "Padding ist für jede Anfrage verdeckt, hier {count} der {every} Schlüssel."
    ),
    "Padding is hidden from every query, here {keys}.": (
        "Padding ist für jede Anfrage verdeckt, hier {keys}."
    ),
    (
        "Why not look ahead? A decoder writes one token after another and learns by guessing each "
        "from those before it; if it saw the answer, it would learn nothing."
    ): (
        "Warum nicht nach vorn schauen? Ein Decoder schreibt ein Token nach dem anderen und lernt, "
        "indem er jedes aus den vorigen errät; sähe er die Lösung, lernte er nichts."
    ),
    (
        "Why hide padding? Sentences of one batch are filled up to the same length; what fills "
        "them has no meaning, so nothing is taken from it."
    ): (
        "Warum wird Padding verdeckt? Die Sätze eines Batches werden auf dieselbe Länge "
        "aufgefüllt; was sie auffüllt, bedeutet nichts, also wird nichts davon genommen."
    ),
    "…": "…",
    "masked score": "maskierter Score",
    "ALiBi with given slopes": "ALiBi mit gegebenen Steigungen",
    "biases in {count} buckets": "Bias in {count} Buckets",
    "ALiBi": "ALiBi",
    "with a bias": "mit einem Bias",
    "no mask": "keine Maske",
    "mask given": "gegebene Maske",
    "a window without limits": "ein Fenster ohne Grenzen",
    "the last query with the last key": "die letzte Anfrage beim letzten Schlüssel",
    "padding hidden": "Padding verdeckt",
    "a window from the first key to {ahead} ahead": (
        "ein Fenster vom ersten Schlüssel bis {ahead} voraus"
    ),
    "a window from {back} back to the last key": (
        "ein Fenster von {back} zurück bis zum letzten Schlüssel"
    ),
    "a window from {back} back to {ahead} ahead": (
        "ein Fenster von {back} zurück bis {ahead} voraus"
    ),
    "causal mask": "kausale Maske",
    "a window of {width}": "ein Fenster von {width}",
    "a window of {width} and the first key": "ein Fenster von {width} und der erste Schlüssel",
    "a window of {width} and the first {count} keys": (
        "ein Fenster von {width} und die ersten {count} Schlüssel"
    ),
    "Bias and Mask": "Bias und Maske",
    "+ mask": "+ Maske",
    "+ bias + mask": "+ Bias + Maske",
    "Apply mask": "Maske anwenden",
    "Add bias, apply mask": "Bias addieren, Maske anwenden",
    "the score of query i and key j as it goes into the softmax": (
        "der Score von Anfrage i und Schlüssel j, wie er in die Softmax geht"
    ),
    "the mask: 0 where a query sees a key, −∞ where it does not": (
        "die Maske: 0, wo eine Anfrage einen Schlüssel sieht, sonst −∞"
    ),
    "{mask} is the mask: it takes away the keys that a query must not see (section {number}).": (
        "{mask} ist die Maske: Sie nimmt die Schlüssel weg, die eine Anfrage nicht sehen darf "
        "(Abschnitt {number})."
    ),
    "A mask would hide some keys from some queries; there is none here.": (
        "Eine Maske würde manche Schlüssel vor manchen Anfragen verdecken; hier gibt es keine."
    ),
    # walkthrough/sections/meaning.py
    "In words": "In Worten",
    "Head {head}: {told}": "Kopf {head}: {told}",
    "… 1 more head": "… 1 weiterer Kopf",
    "After the last step the output of {query} is {output}.": (
        "Nach dem letzten Schritt ist die Ausgabe von {query} {output}."
    ),
    "Put together, the results of all heads give {query} its output {output}.": (
        "Zusammengesetzt ergeben die Ergebnisse aller Köpfe für {query} die Ausgabe {output}."
    ),
    "{query} attends to nothing: all its weights are 0.": (
        "{query} achtet auf nichts: Alle Gewichte sind 0."
    ),
    "{query} attends to nothing: all its weights are 0, and so is its output.": (
        "{query} achtet auf nichts: Alle Gewichte sind 0, und ebenso die Ausgabe."
    ),
    "{query} attends to nothing: all its weights are 0, and so is its weighted sum.": (
        "{query} achtet auf nichts: Alle Gewichte sind 0, und ebenso die gewichtete Summe."
    ),
    "{query} attends to {key} alone.": "{query} achtet allein auf {key}.",
    "{query} attends most to {keys}, equally ({share} each).": (
        "{query} achtet am meisten auf {keys}, und zwar gleich (je {share})."
    ),
    "{query} attends most to {first}, then to {others}.": (
        "{query} achtet am meisten auf {first}, dann auf {others}."
    ),
    "{query} attends to {count} of {every} keys equally, {share} each.": (
        "{query} achtet auf {count} von {every} Schlüsseln gleich, je {share}."
    ),
    "{query} attends to both keys equally, {share} each.": (
        "{query} achtet auf beide Schlüssel gleich, je {share}."
    ),
    "{query} attends to all {count} keys equally, {share} each.": (
        "{query} achtet auf alle {count} Schlüssel gleich, je {share}."
    ),
    "{key} ({share})": "{key} ({share})",
    "The sink takes {share}.": "Die Senke nimmt {share}.",
    "After the last step its output is {output}.": (
        "Nach dem letzten Schritt ist die Ausgabe {output}."
    ),
    "That is exactly its own value.": "Das ist genau der eigene Wert.",
    "Before attention it was {embedding}.": "Vor der Attention war es {embedding}.",
    "Attending to itself alone, it would have kept its own value, {value}.": (
        "Hätte es nur auf sich selbst geachtet, hätte es den eigenen Wert behalten, {value}."
    ),
    (
        "{tokens} came in as the same vector, {before}, and come out the same: nothing told them "
        "apart."
    ): (
        "{tokens} kamen als derselbe Vektor herein, {before}, und kommen gleich heraus: Nichts hat "
        "sie unterschieden."
    ),
    "{tokens} came in as the same vector, {before}, and come out as {after}.": (
        "{tokens} kamen als derselbe Vektor herein, {before}, und kommen so heraus: {after}."
    ),
    "The context, and their places in it, told them apart.": (
        "Der Kontext und ihr Platz darin haben sie unterschieden."
    ),
    "The context told them apart.": "Der Kontext hat sie unterschieden.",
    "Its weighted sum is its own value in every digit that is certain.": (
        "Die gewichtete Summe ist in jeder sicheren Ziffer der eigene Wert."
    ),
    "The given weights are no shares of 1, so how spread out they are is not measured.": (
        "Die gegebenen Gewichte sind keine Anteile von 1; wie breit sie verteilt sind, wird also "
        "nicht gemessen."
    ),
    "It is that of the keys alone, without the sink.": (
        "Sie ist die der Schlüssel allein, ohne die Senke."
    ),
    "Both are of the keys alone, without the sink.": (
        "Beides gilt für die Schlüssel allein, ohne die Senke."
    ),
    "If all {count} keys that it attends to had the same weight, each would have {share}.": (
        "Hätten alle {count} beachteten Schlüssel dasselbe Gewicht, wäre es {share}."
    ),
    (
        "The entropy of its weights says how evenly they are spread: about {bits} bits, the most "
        "there can be for {count} keys, since all of them have the same weight."
    ): (
        "Die Entropie der Gewichte sagt, wie gleichmäßig sie verteilt sind: etwa {bits} Bit, das "
        "Meiste bei {count} Schlüsseln, denn alle haben dasselbe Gewicht."
    ),
    (
        "The entropy of its weights says how evenly they are spread: about {bits} bits. It would "
        "be 0 if one key had everything, and {most} if all {count} had the same, since 2 to the "
        "power of {most} is {count}."
    ): (
        "Die Entropie der Gewichte sagt, wie gleichmäßig sie verteilt sind: etwa {bits} Bit. Sie "
        "wäre 0, wenn ein Schlüssel alles hätte, und {most}, wenn alle {count} dasselbe hätten, "
        "denn 2 hoch {most} ist {count}."
    ),
    (
        "The entropy of its weights says how evenly they are spread: about {bits} bits. It would "
        "be 0 if one key had everything, and about {most} if all {count} had the same, since 2 to "
        "the power of {most} is about {count}."
    ): (
        "Die Entropie der Gewichte sagt, wie gleichmäßig sie verteilt sind: etwa {bits} Bit. Sie "
        "wäre 0, wenn ein Schlüssel alles hätte, und etwa {most}, wenn alle {count} dasselbe "
        "hätten, denn 2 hoch {most} ist etwa {count}."
    ),
    "As a formula, it is {formula}; a key with the weight 0 adds nothing.": (
        "Als Formel: {formula}; ein Schlüssel mit dem Gewicht 0 trägt nichts bei."
    ),
    (
        "The effective number of keys is 2 to the power of the entropy, about {number}: the "
        "weights are as spread out as {number} equal ones."
    ): (
        "Die effektive Zahl der Schlüssel ist 2 hoch Entropie, etwa {number}: Die Gewichte sind so "
        "breit verteilt wie {number} gleiche."
    ),
    (
        "Its weighted sum is about {distance} away from its own value, a vector of the length "
        "{length}: so far has attention moved it."
    ): (
        "Die gewichtete Summe ist etwa {distance} vom eigenen Wert entfernt, einem Vektor der "
        "Länge {length}: So weit hat Attention ihn bewegt."
    ),
    "All values, each times its weight, add up to its output {output}.": (
        "Alle Werte, jeder mal sein Gewicht, ergeben zusammen die Ausgabe {output}."
    ),
    "All values, each times its weight, add up to {result}.": (
        "Alle Werte, jeder mal sein Gewicht, ergeben zusammen {result}."
    ),
    "This output is the new vector of {query}: whatever comes after attention works with it.": (
        "Diese Ausgabe ist der neue Vektor von {query}: Was nach der Attention kommt, arbeitet mit "
        "ihm."
    ),
    # walkthrough/sections/mix.py
    "Multiply by its weight the value of {of}.": (
        "Mit seinem Gewicht den Wert von {of} multiplizieren."
    ),
    "Compute the output of {of}: each value times its weight, added up.": (
        "Die Ausgabe von {of} berechnen: jeder Wert mal sein Gewicht, alles addiert."
    ),
    (
        "Each value is multiplied by its weight, and all of them are added up: a value with a "
        "large weight counts much in the result."
    ): (
        "Jeder Wert wird mit seinem Gewicht multipliziert, und alle werden addiert: Ein Wert mit "
        "großem Gewicht zählt viel im Ergebnis."
    ),
    "sum": "Summe",
    "each for {count} heads": "jeder für {count} Köpfe",
    "Weighted Sum of V": "Gewichtete Summe von V",
    "all outputs, a row a query": "alle Ausgaben, eine Zeile je Anfrage",
    "the weighted sum of the values for query i": "die gewichtete Summe der Werte für Anfrage i",
    "Weighted Sum": "Gewichtete Summe",
    "weighted sum of V": "gewichtete Summe von V",
    "Attention Output": "Attention-Ausgabe",
    "output: weighted sum of V": "Ausgabe: gewichtete Summe von V",
    (
        "Times {values}: each query gets the sum of all values, each multiplied by its weight "
        "(section {number})."
    ): (
        "Mal {values}: Jede Anfrage bekommt die Summe aller Werte, jeder mit seinem Gewicht "
        "multipliziert (Abschnitt {number})."
    ),
    # walkthrough/sections/normalize.py
    "Divide the query of {of} by its length.": "Die Anfrage von {of} durch ihre Länge teilen.",
    "Divide the key of {of} by its length.": "Den Schlüssel von {of} durch seine Länge teilen.",
    "Divide the query of {of} by its root mean square.": (
        "Die Anfrage von {of} durch ihr quadratisches Mittel teilen."
    ),
    "Divide the key of {of} by its root mean square.": (
        "Den Schlüssel von {of} durch sein quadratisches Mittel teilen."
    ),
    "The keys in the cache are normalized already.": "Die Schlüssel im Cache sind schon normiert.",
    "Normalized queries and keys": "Normierte Anfragen und Schlüssel",
    (
        "Each query and each key is divided by its length, the root of the sum of its squares, so "
        "that a score depends on their directions alone."
    ): (
        "Jede Anfrage und jeder Schlüssel wird durch die eigene Länge geteilt, die Wurzel aus der "
        "Summe der Quadrate, damit ein Score nur von den Richtungen abhängt."
    ),
    (
        "Each query and each key is divided by its size {r}, the root of the mean of its squares, "
        "so that no score is large just because a vector is long."
    ): (
        "Jede Anfrage und jeder Schlüssel wird durch die eigene Größe {r} geteilt, die Wurzel aus "
        "dem Mittel der Quadrate, damit kein Score nur deshalb groß ist, weil ein Vektor lang ist."
    ),
    "Then each entry is multiplied by a number of its own, the gain.": (
        "Dann wird jeder Eintrag mit einer eigenen Zahl multipliziert, der Verstärkung."
    ),
    "A small ε under the root keeps the size of a vector of zeros from being 0.": (
        "Ein kleines ε unter der Wurzel sorgt dafür, dass auch ein Vektor aus Nullen nicht die "
        "Größe 0 hat."
    ),
    "The query of {query} has length 0: it has no direction, and stays 0.": (
        "Die Anfrage von {query} hat die Länge 0: Sie hat keine Richtung und bleibt 0."
    ),
    "normalized": "normiert",
    "queries and keys of length 1": "Anfragen und Schlüssel der Länge 1",
    "queries and keys normalized": "Anfragen und Schlüssel normiert",
    "divide by length": "durch die Länge teilen",
    "divide by root mean square": "durch das quadratische Mittel teilen",
    "what each entry of a normalized query is multiplied by": (
        "womit jeder Eintrag einer normierten Anfrage multipliziert wird"
    ),
    "what each entry of a normalized key is multiplied by": (
        "womit jeder Eintrag eines normierten Schlüssels multipliziert wird"
    ),
    "the root mean square of a vector: how large its entries are": (
        "das quadratische Mittel eines Vektors: wie groß seine Einträge sind"
    ),
    "Normalized Query": "Normierte Anfrage",
    "Normalized Key": "Normierter Schlüssel",
    "“norm” divides each query and each key by how large it is (section {number}).": (
        "„norm“ teilt jede Anfrage und jeden Schlüssel durch ihre Größe (Abschnitt {number})."
    ),
    # walkthrough/sections/other_heads.py
    "Attention weights of the other heads": "Attention-Gewichte der anderen Köpfe",
    "Attention weights of the other head": "Attention-Gewichte des anderen Kopfes",
    # walkthrough/sections/project.py
    "Compute the query of {of}: the embedding times {matrix}.": (
        "Die Anfrage von {of} berechnen: das Embedding mal {matrix}."
    ),
    "Compute the key of {of}: the embedding times {matrix}.": (
        "Den Schlüssel von {of} berechnen: das Embedding mal {matrix}."
    ),
    "Compute the value of {of}: the embedding times {matrix}.": (
        "Den Wert von {of} berechnen: das Embedding mal {matrix}."
    ),
    "In the same way {formulas}.": "Ebenso {formulas}.",
    "Projections": "Projektionen",
    "No matrices are given, so the embeddings are used as they are: {formulas}.": (
        "Es sind keine Matrizen gegeben; die Embeddings werden also unverändert benutzt: "
        "{formulas}."
    ),
    "Queries, keys and values": "Anfragen, Schlüssel und Werte",
    "Each embedding is multiplied by a learned matrix.": (
        "Jedes Embedding wird mit einer gelernten Matrix multipliziert."
    ),
    (
        "Each embedding is multiplied by three learned matrices, so that a token can ask for one "
        "thing (query), be found by another (key) and give a third (value)."
    ): (
        "Jedes Embedding wird mit drei gelernten Matrizen multipliziert, damit ein Token nach "
        "einem fragen (Anfrage), an einem zweiten gefunden werden (Schlüssel) und ein drittes "
        "geben kann (Wert)."
    ),
    "in front": "davor",
    "for each head": "für jeden Kopf",
    "for each key-value head": "für jeden Schlüssel-Wert-Kopf",
    "cut into {count}": "zerlegt in {count}",
    "Put in front": "Voranstellen",
    "Generate {made}, {operation}": "{made} erzeugen, {operation}",
    "the matrix that makes queries of embeddings": "die Matrix, die aus Embeddings Anfragen macht",
    "the matrix that makes keys of embeddings": "die Matrix, die aus Embeddings Schlüssel macht",
    "the matrix that makes values of embeddings": "die Matrix, die aus Embeddings Werte macht",
    "what is added to each query": "was zu jeder Anfrage addiert wird",
    "what is added to each key": "was zu jedem Schlüssel addiert wird",
    "what is added to each value": "was zu jedem Wert addiert wird",
    "Query (Q)": "Anfrage (Q)",
    "Key (K)": "Schlüssel (K)",
    "Value (V)": "Wert (V)",
    # walkthrough/sections/project_out.py
    "Compute the output of {of}: the result times {matrix}.": (
        "Die Ausgabe von {of} berechnen: das Ergebnis mal {matrix}."
    ),
    "Output projection": "Ausgabeprojektion",
    "{matrix} mixes what the heads have found into one vector.": (
        "{matrix} mischt, was die Köpfe gefunden haben, zu einem Vektor."
    ),
    "{matrix} turns the result into the vector that is handed on.": (
        "{matrix} macht aus dem Ergebnis den Vektor, der weitergegeben wird."
    ),
    "Project, {matrix}": "Projizieren, {matrix}",
    "the matrix that makes outputs of the results before it": (
        "die Matrix, die aus den Ergebnissen davor Ausgaben macht"
    ),
    "what is added to each output": "was zu jeder Ausgabe addiert wird",
    "the output for query i": "die Ausgabe für Anfrage i",
    "Times {matrix}: this matrix makes the output of what stands before it (section {number}).": (
        "Mal {matrix}: Diese Matrix macht aus dem, was vor ihr steht, die Ausgabe (Abschnitt "
        "{number})."
    ),
    # walkthrough/sections/rotate.py
    "The angle {angle} of each pair of entries, in radians": (
        "Der Winkel {angle} jedes Paars von Einträgen, im Bogenmaß"
    ),
    "Rotate the query of {of} by the angles of its position.": (
        "Die Anfrage von {of} um die Winkel ihrer Position drehen."
    ),
    "Rotate the key of {of} by the angles of its position.": (
        "Den Schlüssel von {of} um die Winkel seiner Position drehen."
    ),
    "The keys in the cache are rotated already, and not rotated again.": (
        "Die Schlüssel im Cache sind schon gedreht und werden nicht noch einmal gedreht."
    ),
    "Rotation by position": "Drehung nach Position",
    (
        "Attention by itself does not know where a token stands, so queries and keys are rotated "
        "by angles that grow with the position: then a score depends on how far apart the two "
        "stand."
    ): (
        "Attention allein weiß nicht, wo ein Token steht; darum werden Anfragen und Schlüssel um "
        "Winkel gedreht, die mit der Position wachsen: Dann hängt ein Score davon ab, wie weit "
        "beide auseinanderstehen."
    ),
    "Neighbouring entries are rotated together.": "Benachbarte Einträge werden gemeinsam gedreht.",
    "Entry 1 is rotated with entry {other}, and so on.": (
        "Eintrag 1 wird mit Eintrag {other} gedreht und so weiter."
    ),
    "The last entry stays as it is.": "Der letzte Eintrag bleibt, wie er ist.",
    "The last {count} entries stay as they are.": (
        "Die letzten {count} Einträge bleiben, wie sie sind."
    ),
    "{first} and {second}": "{first} und {second}",
    "entries": "Einträge",
    "rotated": "gedreht",
    "rotary positions": "Positionen durch Drehung",
    "rotate by position": "nach Position drehen",
    "rotate new keys by position": "neue Schlüssel nach Position drehen",
    "the rotation that belongs to a position": "die Drehung, die zu einer Position gehört",
    "the angle by which two entries are turned together": (
        "der Winkel, um den zwei Einträge gemeinsam gedreht werden"
    ),
    "Rotated Query": "Gedrehte Anfrage",
    "Rotated Key": "Gedrehter Schlüssel",
    "“RoPE” turns each query and each key as its position says (section {number}).": (
        "„RoPE“ dreht jede Anfrage und jeden Schlüssel so, wie die Position es sagt (Abschnitt "
        "{number})."
    ),
    # walkthrough/sections/scale.py
    "Multiply each score of {of} by {factor}.": "Jeden Score von {of} mit {factor} multiplizieren.",
    "Multiply the score of {of} by {factor}.": "Den Score von {of} mit {factor} multiplizieren.",
    "Divide the score of {of} by {root}.": "Den Score von {of} durch {root} teilen.",
    "Divide each score of {of} by {root}.": "Jeden Score von {of} durch {root} teilen.",
    "scaled score": "skalierter Score",
    "Scaled scores": "Skalierte Scores",
    "Each score is divided by {root}, which changes nothing.": (
        "Jeder Score wird durch {root} geteilt, was nichts ändert."
    ),
    (
        "The more entries a vector has, the larger its dot products get; dividing by {root} makes "
        "up for that, so that the softmax does not give nearly everything to one key."
    ): (
        "Je mehr Einträge ein Vektor hat, desto größer werden seine Skalarprodukte; das Teilen "
        "durch {root} gleicht das aus, damit die Softmax nicht fast alles einem einzigen Schlüssel "
        "gibt."
    ),
    "Each score is multiplied by {factor}: smaller scores make the weights more alike.": (
        "Jeder Score wird mit {factor} multipliziert: Kleinere Scores machen die Gewichte "
        "ähnlicher."
    ),
    "Each score is multiplied by {factor}: larger scores make the largest weight larger.": (
        "Jeder Score wird mit {factor} multipliziert: Größere Scores machen das größte Gewicht "
        "größer."
    ),
    "Each score is multiplied by {factor}.": "Jeder Score wird mit {factor} multipliziert.",
    "With this, the largest weight of {query} is {scaled}; without it, it would be {unscaled}.": (
        "Damit ist das größte Gewicht von {query} {scaled}; ohne das wäre es {unscaled}."
    ),
    "scaled by {factor}": "skaliert mit {factor}",
    "unscaled": "unskaliert",
    "Scale by {factor}": "Skalieren mit {factor}",
    "the scaled score of query i and key j": "der skalierte Score von Anfrage i und Schlüssel j",
    "Scale": "Skalierung",
    (
        "Each score is divided by {root}, where {width} is how many numbers a key has (section "
        "{number})."
    ): (
        "Jeder Score wird durch {root} geteilt; {width} ist die Zahl der Einträge eines Schlüssels "
        "(Abschnitt {number})."
    ),
    "Each score is multiplied by {factor} (section {number}).": (
        "Jeder Score wird mit {factor} multipliziert (Abschnitt {number})."
    ),
    (
        "“Unscaled” means that the scores are not divided by {root}. Most often they are. {width} "
        "says how many numbers a key has: the more there are, the further apart dot products get, "
        "and with scores far apart the softmax gives nearly everything to one key."
    ): (
        "„Unskaliert“ heißt: Die Scores werden nicht durch {root} geteilt. Meistens werden sie es. "
        "{width} ist die Zahl der Einträge eines Schlüssels: Je mehr es sind, desto weiter liegen "
        "Skalarprodukte auseinander, und dann gibt die Softmax fast alles einem Schlüssel."
    ),
    # walkthrough/sections/score.py
    "Compute the scores of {of}: the query times each key.": (
        "Die Scores von {of} berechnen: die Anfrage mal jeden Schlüssel."
    ),
    "Compute the score of {of}: the query times the key.": (
        "Den Score von {of} berechnen: die Anfrage mal den Schlüssel."
    ),
    (
        "A score is the dot product of a query and a key: it is large where the two point the same "
        "way, and negative where they point in opposite ways."
    ): (
        "Ein Score ist das Skalarprodukt von Anfrage und Schlüssel: Er ist groß, wo beide in "
        "dieselbe Richtung zeigen, und negativ, wo sie in entgegengesetzte zeigen."
    ),
    "How well does each key match what {query} asks for?  {q}": (
        "Wie gut passt jeder Schlüssel zu dem, wonach {query} fragt?  {q}"
    ),
    "scores given": "Scores gegeben",
    "Dot Product": "Skalarprodukt",
    "scores Q Kᵀ": "Scores Q Kᵀ",
    "Dot Product of Q and K": "Skalarprodukt von Q und K",
    (
        "{scores} is the table of all scores: a row for each query, a column for each key (section "
        "{number})."
    ): (
        "{scores} ist die Tabelle aller Scores: eine Zeile je Anfrage, eine Spalte je Schlüssel "
        "(Abschnitt {number})."
    ),
    (
        "The raised T in {transposed} turns the rows of a matrix into columns, so that each row of "
        "{queries} meets each key."
    ): (
        "Das hochgestellte T in {transposed} macht die Zeilen einer Matrix zu Spalten, sodass jede "
        "Zeile von {queries} auf jeden Schlüssel trifft."
    ),
    (
        "Dot product: multiply the first entry of the query by the first of the key, the second by "
        "the second and so on, and add up the products."
    ): (
        "Skalarprodukt: Der erste Eintrag der Anfrage wird mit dem ersten des Schlüssels "
        "multipliziert, der zweite mit dem zweiten und so weiter; dann werden die Produkte addiert."
    ),
    (
        "Not only the direction counts, but also the length: a key of the same direction and twice "
        "the length gets twice the score."
    ): (
        "Nicht nur die Richtung zählt, auch die Länge: Ein Schlüssel derselben Richtung mit "
        "doppelter Länge bekommt den doppelten Score."
    ),
    # walkthrough/sections/softmax.py
    "Raise {base} to the score of {of}.": "Die Potenz von {base} zum Score von {of} bilden.",
    "Raise {base} to each score of {of}.": "Die Potenz von {base} zu jedem Score von {of} bilden.",
    "Add up the powers of {of}.": "Die Potenzen von {of} addieren.",
    "Compute the attention weights of {of}: the softmax of its scores.": (
        "Die Attention-Gewichte von {of} berechnen: die Softmax der Scores."
    ),
    "Divide each power of {of} by the sum of all, to which the sink's is added.": (
        "Jede Potenz von {of} durch die Summe aller teilen, zu der die der Senke hinzukommt."
    ),
    "Divide the power of {of} by the sum of all, to which the sink's is added.": (
        "Die Potenz von {of} durch die Summe aller teilen, zu der die der Senke hinzukommt."
    ),
    "Divide the power of {of} by the sum of all.": (
        "Die Potenz von {of} durch die Summe aller teilen."
    ),
    "Divide each power of {of} by the sum of all.": (
        "Jede Potenz von {of} durch die Summe aller teilen."
    ),
    "Attention weights": "Attention-Gewichte",
    "Attention weights (softmax)": "Attention-Gewichte (Softmax)",
    "Every key of {query} is masked: all its weights are 0.": (
        "Alle Schlüssel von {query} sind maskiert: Alle Gewichte sind 0."
    ),
    "masked": "maskiert",
    "hidden": "verdeckt",
    "÷ sum": "÷ Summe",
    "weight": "Gewicht",
    (
        "The softmax turns the scores of {query} into weights: positive shares. Each weight says "
        "how much of that key's value {query} takes. The sink takes a share too and has no value, "
        "so the weights add up to less than 1."
    ): (
        "Die Softmax macht aus den Scores von {query} Gewichte: positive Anteile. Jedes "
        "Gewicht sagt, wie viel {query} vom Wert dieses Schlüssels nimmt. Auch die "
        "Senke nimmt einen Anteil und hat keinen Wert; darum ergeben die Gewichte zusammen "
        "weniger als 1."
    ),
    (
        "The softmax turns the scores of {query} into weights: positive shares that add up to 1. "
        "Each weight says how much of that key's value {query} takes."
    ): (
        "Die Softmax macht aus den Scores von {query} Gewichte: positive Anteile, die zusammen 1 "
        "ergeben. Jedes Gewicht sagt, wie viel {query} vom Wert dieses Schlüssels nimmt."
    ),
    "A key with the score {hidden} gets the weight 0.": (
        "Ein Schlüssel mit dem Score {hidden} bekommt das Gewicht 0."
    ),
    "{power}: the same as powers of e at the temperature {temperature}.": (
        "{power}: dasselbe wie Potenzen von e bei der Temperatur {temperature}."
    ),
    "sink": "Senke",
    "attention weights given": "Attention-Gewichte gegeben",
    "with a sink": "mit Senke",
    "softmax to base {base}": "Softmax zur Basis {base}",
    "Softmax": "Softmax",
    "Attention Weights": "Attention-Gewichte",
    "softmax by row": "Softmax zeilenweise",
    "softmax by row, with a sink": "Softmax zeilenweise, mit Senke",
    "softmax by row, base {base}": "Softmax zeilenweise, Basis {base}",
    "softmax by row, base {base}, with a sink": "Softmax zeilenweise, Basis {base}, mit Senke",
    "all attention weights, a row a query": "alle Attention-Gewichte, eine Zeile je Anfrage",
    "the attention weight: how much of the value of key j query i takes": (
        "das Attention-Gewicht: wie viel Anfrage i vom Wert des Schlüssels j nimmt"
    ),
    "the place of a key in a sum over all keys": (
        "der Platz eines Schlüssels in einer Summe über alle Schlüssel"
    ),
    "Euler's number": "die Eulersche Zahl",
    "Euler's number, the base of the powers": "die Eulersche Zahl, die Basis der Potenzen",
    (
        "The softmax has three steps: take {power}, which is {base} to the power of the score "
        "(first column of numbers); add up these powers (last row); divide each power by their sum "
        "(next columns)."
    ): (
        "Die Softmax hat drei Schritte: Sie bildet {power}, also {base} hoch Score (erste "
        "Zahlenspalte), addiert diese Potenzen (letzte Zeile) und teilt jede Potenz durch ihre "
        "Summe (nächste Spalten)."
    ),
    "In the formula, {l} runs over all keys, and {sum} is the sum of all their powers.": (
        "In der Formel läuft {l} über alle Schlüssel; {sum} ist die Summe all ihrer Potenzen."
    ),
    "Where there are bars, the longest stands for the largest weight.": (
        "Wo Balken stehen, gehört der längste zum größten Gewicht."
    ),
    "“sink” is one more number in each row: it takes a share and has no value.": (
        "„sink“ ist eine weitere Zahl in jeder Zeile: Sie nimmt einen Anteil und hat keinen Wert."
    ),
    "“base” says what is raised to a power: {base} instead of e.": (
        "„base“ sagt, was potenziert wird: {base} statt e."
    ),
    "Why powers?": "Warum Potenzen?",
    "Shares must not be negative, and powers never are, even those of negative scores.": (
        "Anteile dürfen nicht negativ sein, und Potenzen sind es nie, auch nicht die negativer "
        "Scores."
    ),
    "Shares must not be negative, and powers never are.": (
        "Anteile dürfen nicht negativ sein, und Potenzen sind es nie."
    ),
    "Of two keys, the one whose score is larger by 1 gets {times} times the weight.": (
        "Von zwei Schlüsseln bekommt der, dessen Score um 1 größer ist, {times}-mal so viel "
        "Gewicht."
    ),
    (
        "How to read the table of all weights: a row is a query, a column a key, and the number "
        "where they meet says how much of this key's value this query takes. Where cells are "
        "shaded, a stronger shade means a larger weight."
    ): (
        "Wie die Tabelle aller Gewichte zu lesen ist: Eine Zeile ist eine Anfrage, eine Spalte ein "
        "Schlüssel; die Zahl, wo sie sich treffen, sagt, wie viel diese Anfrage vom Wert "
        "dieses Schlüssels nimmt. Wo Zellen schattiert sind, heißt kräftiger: größeres Gewicht."
    ),
    (
        "{weights} is the table of all attention weights: a row for each query, a column for each "
        "key (section {number})."
    ): (
        "{weights} ist die Tabelle aller Attention-Gewichte: eine Zeile je Anfrage, eine Spalte je "
        "Schlüssel (Abschnitt {number})."
    ),
    (
        "“softmax” turns each row of scores into a row of attention weights, the shares that a "
        "query gives to the keys (section {number})."
    ): (
        "„softmax“ macht aus jeder Zeile von Scores eine Zeile von Attention-Gewichten: die "
        "Anteile, die eine Anfrage den Schlüsseln gibt (Abschnitt {number})."
    ),
    # walkthrough/side_by_side.py
    "varied": "verändert",
    "first": "erste",
    "second": "zweite",
    "left": "links",
    "right": "rechts",
    "{one} against {other}: {varied}": "{one} gegen {other}: {varied}",
    "the first problem of {file} against the second": (
        "die erste Aufgabe von {file} gegen die zweite"
    ),
    "left: {left} · right: {right}": "links: {left} · rechts: {right}",
    "{one} against {other}": "{one} gegen {other}",
    "standard input": "Standardeingabe",
    "{query} (head {head})": "{query} (Kopf {head})",
    "entry": "Eintrag",
    "difference": "Differenz",
    # walkthrough/stages_compared.py
    "differs by": "unterscheidet sich um",
    "at": "Stelle",
    "Every stage is the same on both sides.": "Jede Stufe ist auf beiden Seiten gleich.",
    "No stage differs by as much as {bound}.": (
        "Keine Stufe unterscheidet sich auch nur um {bound}."
    ),
    "The first stage that differs is {stage}, which only one side has ({side}).": (
        "Die erste Stufe, die sich unterscheidet, hat nur eine Seite ({side}): {stage}."
    ),
    "The first stage that differs is {stage}.": "Die erste Stufe, die sich unterscheidet: {stage}.",
    "The same up to {stage}.": "Gleich bis hierher: {stage}.",
    "Up to {stage} the two differ by less than {bound}.": (
        "Bis hierher unterscheiden sich die beiden um weniger als {bound}: {stage}."
    ),
    "On one side only ({side}): {stages}.": "Nur auf einer Seite ({side}): {stages}.",
    "one side masked": "eine Seite maskiert",
    "same": "gleich",
    "less than {bound}": "weniger als {bound}",
    "another shape": "andere Form",
    # walkthrough/steepness.py
    "entropy in bits": "Entropie in Bit",
    "effective number of keys": "effektive Anzahl der Schlüssel",
    "largest weight": "größtes Gewicht",
    "largest derivative": "größte Ableitung",
    "measure": "Maß",
    "The largest derivative of the softmax of {query} is {number} on both sides.": (
        "Die größte Ableitung der Softmax von {query} ist auf beiden Seiten {number}."
    ),
    "The largest derivative of the softmax of {query} rounds to {number} on both sides.": (
        "Die größte Ableitung der Softmax von {query} ist auf beiden Seiten gerundet {number}."
    ),
    (
        "The largest derivative of the softmax of {query} is {number} ({side}), and {other_number} "
        "({other_side})."
    ): (
        "Die größte Ableitung der Softmax von {query} ist {number} ({side}) und {other_number} "
        "({other_side})."
    ),
    "The softmax is flat there ({side}): a small change of a score changes no weight.": (
        "Die Softmax ist dort flach ({side}): Eine kleine Änderung eines Scores ändert kein "
        "Gewicht."
    ),
    (
        "The softmax is {ratio} times flatter there ({side}): a small change of a score changes "
        "the weights that much less."
    ): (
        "Die Softmax ist dort {ratio}-mal flacher ({side}): Eine kleine Änderung eines Scores "
        "ändert die Gewichte um so viel weniger."
    ),
    "scores divided by √{d_k}": "Scores geteilt durch √{d_k}",
    "scores multiplied by {factor}": "Scores multipliziert mit {factor}",
    "Where it is 0, a change of the scores changes no weight.": (
        "Wo sie 0 ist, ändert eine Änderung der Scores kein Gewicht."
    ),
    "The second is {ratio} times smaller.": "Die erste ist {ratio}-mal so groß.",
    "The second is {ratio} times larger.": "Die zweite ist {ratio}-mal so groß.",
    # walkthrough/tables.py
    "All queries: the query in the row, the key in the column": (
        "Alle Anfragen: die Anfrage in der Zeile, der Schlüssel in der Spalte"
    ),
    # walkthrough/tasks.py
    "every token": "jedem Token",
    "every query": "jeder Anfrage",
    "every key": "jedem Schlüssel",
    # walkthrough/title.py
    "{sizes} · written out for the query {query}": (
        "{sizes} · ausgeschrieben für die Anfrage {query}"
    ),
    "Attention, step by step": "Attention, Schritt für Schritt",
    "{part}": "{part}",
    "{first} · {then}": "{first} · {then}",
    "{first} · {last}": "{first} · {last}",
    "{sizes} · written out for every query": "{sizes} · ausgeschrieben für jede Anfrage",
    "{sizes} · written out for the queries {queries}": (
        "{sizes} · ausgeschrieben für die Anfragen {queries}"
    ),
    "{count} query": "{count} Anfrage",
    "{count} queries": "{count} Anfragen",
    "{count} key": "{count} Schlüssel",
    "{count} keys": "{count} Schlüssel",
    "{count} more in the cache": "{count} weitere im Cache",
    "{count} head": "{count} Kopf",
    "{count} heads": "{count} Köpfe",
    "{count} for keys and values": "{count} für Schlüssel und Werte",
    "{first} → {then}": "{first} → {then}",
    "{first} → {last}": "{first} → {last}",
    "Sizes in each head, rows × columns: {sizes}": (
        "Größen in jedem Kopf, Zeilen × Spalten: {sizes}"
    ),
    "Sizes, rows × columns: {sizes}": "Größen, Zeilen × Spalten: {sizes}",
    "{matrix} {size}": "{matrix} {size}",
    "A query {q} asks: it says what a token looks for.": (
        "Eine Anfrage (Query) {q} fragt: Sie sagt, wonach ein Token sucht."
    ),
    "A key {k} answers: it says what a token has to offer.": (
        "Ein Schlüssel (Key) {k} antwortet: Er sagt, was ein Token zu bieten hat."
    ),
    "A value {v} gives: it is what a token hands on to those who attend to it.": (
        "Ein Wert (Value) {v} gibt: Er ist das, was ein Token denen weitergibt, die auf es achten."
    ),
    "In formulas, {i} is the place of the query and {j} the place of the key.": (
        "In Formeln ist {i} der Platz der Anfrage und {j} der Platz des Schlüssels."
    ),
    # walkthrough/vectors.py
    "{vector}: {entry}": "{vector}: {entry}",
    "token": "Token",
    "query": "Anfrage",
    "query token": "Anfrage-Token",
    "key token": "Schlüssel-Token",
    "past token": "früheres Token",
    # marks
    "no answer": "keine Antwort",
    "no number": "keine Zahl",
    "{count} without an answer": "{count} ohne Antwort",
    "{points} of {all} points: {verdicts}": "{points} von {all} Punkten: {verdicts}",
    "Where it first goes wrong": "Wo es zuerst falsch wird",
    "What is not right": "Was nicht stimmt",
    "The first answer that is wrong is {number}: {answered} is given, and it should be {right}.": (
        "Die erste falsche Antwort ist {number}: Angegeben ist {answered}, richtig ist {right}."
    ),
    "One mistake would explain it: {what}.": "Ein Fehler würde es erklären: {what}.",
    "answers": "Antworten",
    "answer": "Antwort",
    "A class's marks": "Noten einer Klasse",
    "How the points spread": "Wie sich die Punkte verteilen",
    "Which mistakes, and how often": "Welche Fehler, und wie oft",
    "{count} student, with {mean} of {all} points": "{count} Person, mit {mean} von {all} Punkten",
    "{count} students, with {mean} of {all} points on average": (
        "{count} Personen, mit durchschnittlich {mean} von {all} Punkten"
    ),
    "points": "Punkte",
    "students": "Personen",
    "mistake": "Fehler",
    "the hardest": "das Schwerste",
    "{first}% to {last}%": "{first}\u00a0% bis {last}\u00a0%",
    "No answer is one that a known mistake gives.": (
        "Keine Antwort ist eine, die ein bekannter Fehler ergibt."
    ),
    "{count} more mistake is left out.": "{count} weiterer Fehler ist ausgelassen.",
    "{count} more mistakes are left out.": "{count} weitere Fehler sind ausgelassen.",
    # practice
    "Problem {number}: {title}": "Aufgabe {number}: {title}",
    "Type a number, with {decimals} decimals or more; or one of {commands}.": (
        "Einzugeben ist eine Zahl, mit {decimals} Nachkommastellen oder mehr; oder eines von "
        "{commands}."
    ),
    "{place} of {all}: {number}": "{place} von {all}: {number}",
    "The terms:": "Die Glieder:",
    "Worked out:": "Ausgerechnet:",
    "Correct.": "Richtig.",
    "Nearly: digits are cut off, or too few. Give it once more, or show.": (
        "Fast: Stellen sind abgeschnitten, oder es sind zu wenige. Noch einmal, oder show."
    ),
    "“{typed}” is no number; expected one, or {commands}.": (
        "„{typed}“ ist keine Zahl; erwartet ist eine, oder {commands}."
    ),
    "It follows from what was before it.": "Es folgt aus dem, was davor stand.",
    "It follows from your {numbers}.": "Es folgt aus dem eingegebenen {numbers}.",
    "Not so.": "So nicht.",
    "Again? Or hint, show; skip goes on with your number.": (
        "Noch einmal? Oder hint, show; mit skip geht es mit der eingegebenen Zahl weiter."
    ),
    "No number was answered.": "Keine Zahl ist beantwortet.",
    "at first try": "auf Anhieb",
    "with help": "mit Hilfe",
    "shown": "gezeigt",
    "skipped": "übersprungen",
    "How it went": "Wie es ging",
    "All of it was right at first try.": "Alles war auf Anhieb richtig.",
    "To practise next: {stages}.": "Als Nächstes zu üben: {stages}.",
    # worksheets
    "“{mistake}”": "„{mistake}“",
    "the largest score is subtracted before the powers are taken": (
        "vor dem Potenzieren wird der größte Score abgezogen"
    ),
    "not in every blank can these mistakes be told from rounding: {mistakes}; with --seed, numbers "
    "are drawn for which they can": (
        "nicht in jeder Lücke lassen sich diese Fehler vom Runden unterscheiden: {mistakes}; mit "
        "--seed werden Zahlen gezogen, bei denen es geht"
    ),
    # walkthrough/worksheet.py, walkthrough/taken.py
    "{formula} with {numbers}": "{formula} mit {numbers}",
    "Beside each number stand what is accepted and, behind letters, what known mistakes give.": (
        "Neben jeder Zahl steht, was gilt, und hinter Buchstaben, was bekannte Fehler ergeben."
    ),
    "Points: {points} of {all}": "Punkte: {points} von {all}",
    "Sheet {code}.": "Blatt {code}.",
    "{stage} ({count} point)": "{stage} ({count} Punkt)",
    "{stage} ({count} points)": "{stage} ({count} Punkte)",
    "{first}; {then}": "{first}; {then}",
    "{first}; {last}": "{first}; {last}",
    "Given: {numbers}": "Gegeben: {numbers}",
    "Key: {title}": "Lösung: {title}",
    "Name: {name}  Date: {date}": "Name: {name}  Datum: {date}",
    "Round to {decimals} decimals; go on with the rounded numbers, or with more digits.": (
        "Auf {decimals} Nachkommastellen runden; mit den gerundeten Zahlen oder mit mehr "
        "Stellen geht es weiter."
    ),
    "only {number}": "nur {number}",
    "{low} to {high}": "{low} bis {high}",
    "Here: {options}.": "Hier: {options}.",
    "{query} does not see {keys}: there the score is {hidden}.": (
        "{query} sieht {keys} nicht: Dort ist der Score {hidden}."
    ),
    "The tasks within a head are about head {head}.": (
        "Die Aufgaben innerhalb eines Kopfes gelten für Kopf {head}."
    ),
    "Where that would leave a single digit, give two.": (
        "Wo nur eine Ziffer bliebe, sind zwei anzugeben."
    ),
    "{letter} {number}": "{letter} {number}",
    "accepted, and what mistakes give": "was gilt, und was Fehler ergeben",
    "{letter}: {mistake} (right as well)": "{letter}: {mistake} (ebenso richtig)",
    "{letter}: {mistake}": "{letter}: {mistake}",
    "{title} · sheet {code}": "{title} · Blatt {code}",
    "“Follows”: worked out rightly from a number before it.": (
        "„Folgerichtig“: richtig gerechnet aus einer Zahl davor."
    ),
    "“Slip”: right but for its last digits; round to {count} decimals.": (
        "„Knapp daneben“: richtig bis auf die letzten Stellen; auf {count} Stellen runden."
    ),
    "correct or follows": "richtig oder folgerichtig",
    # difference.py
    "{part}, {what}": "{part}: {what}",
    "in {side}, {cause}": "in {side}: {cause}",
    "what is given differs: {names}": "die Eingaben unterscheiden sich: {names}",
    "the options differ: {options}": "die Optionen unterscheiden sich: {options}",
    "{option} (A: {a}, B: {b})": "{option} (A: {a}, B: {b})",
    "Besides, {side} does not follow at the {stage}: {cause}.": (
        "Außerdem folgt {side} auf der Stufe „{stage}“ nicht: {cause}."
    ),
    "A and B part at the {stage}: {a} against {b}.": (
        "A und B trennen sich auf der Stufe „{stage}“: {a} gegen {b}."
    ),
    "A and B part at the {stage}, and neither follows from its own earlier stages: is an "
    "option missing, such as mask, positions or heads?": (
        "A und B trennen sich auf der Stufe „{stage}“, und keines folgt aus seinen eigenen "
        "früheren Stufen: Fehlt eine Option, etwa mask, positions oder heads?"
    ),
    "A and B part at the {stage}, and neither follows from its own earlier stages: {cause}.": (
        "A und B trennen sich auf der Stufe „{stage}“, und keines folgt aus seinen eigenen "
        "früheren Stufen: {cause}."
    ),
    "A and B part at the {stage}; which of them is wrong cannot be told, as nothing "
    "before it is known of both.": (
        "A und B trennen sich auf der Stufe „{stage}“; welches falsch ist, ist nicht zu "
        "sagen, weil nicht von beiden bekannt ist, was davor steht."
    ),
    "A and B part at the {stage}, as their options differ: {options}. Each follows from "
    "its own earlier stages.": (
        "A und B trennen sich auf der Stufe „{stage}“, weil sich ihre Optionen "
        "unterscheiden: {options}. Jedes folgt aus seinen eigenen früheren Stufen."
    ),
    "A and B part at the {stage}, though each follows from its own earlier stages: it is "
    "what they leave out that differs.": (
        "A und B trennen sich auf der Stufe „{stage}“, obwohl jedes aus seinen eigenen "
        "früheren Stufen folgt: Es unterscheidet sich, was sie weglassen."
    ),
    "A and B have no stage in common.": "A und B haben keine Stufe gemeinsam.",
    "A and B agree: 1 stage, equal to the bit.": (
        "A und B stimmen überein: 1 Stufe, gleich bis aufs Bit."
    ),
    "A and B agree: {count} stages, all of them equal to the bit.": (
        "A und B stimmen überein: {count} Stufen, alle gleich bis aufs Bit."
    ),
    "A and B agree: 1 stage, within rounding or the tolerance of {tolerance}.": (
        "A und B stimmen überein: 1 Stufe, bis aufs Runden oder die Toleranz von {tolerance}."
    ),
    "A and B agree: {count} stages, within rounding or the tolerance of {tolerance}.": (
        "A und B stimmen überein: {count} Stufen, bis aufs Runden oder die Toleranz von "
        "{tolerance}."
    ),
    "A and B agree: 1 stage, within rounding.": (
        "A und B stimmen überein: 1 Stufe, bis aufs Runden."
    ),
    "A and B agree: {count} stages, all of them within rounding.": (
        "A und B stimmen überein: {count} Stufen, alle bis aufs Runden."
    ),
    "A and B agree: {equal} of {count} stages are equal to the bit, the others within rounding.": (
        "A und B stimmen überein: {equal} von {count} Stufen bis aufs Bit, die anderen bis "
        "aufs Runden."
    ),
    "A and B are not given the same {names}, and part at the {stage}; besides, {sides} "
    "does not follow from its own earlier stages.": (
        "A und B haben nicht dieselben Eingaben ({names}) und trennen sich auf der Stufe "
        "„{stage}“; außerdem folgt {sides} nicht aus den eigenen früheren Stufen."
    ),
    "A and B are not given the same {names}, and part at the {stage}; all that differs "
    "follows from that.": (
        "A und B haben nicht dieselben Eingaben ({names}) und trennen sich auf der Stufe "
        "„{stage}“; alles, was sich unterscheidet, folgt daraus."
    ),
    "A and B part at the {stage}: {right} follows from its own earlier stages, {wrong} "
    "does not, and no known mistake gives what it has.": (
        "A und B trennen sich auf der Stufe „{stage}“: {right} folgt aus seinen eigenen "
        "früheren Stufen, {wrong} nicht, und kein bekannter Fehler ergibt, was dort steht."
    ),
    "A and B part at the {stage}: {right} follows from its own earlier stages, and "
    "{wrong} by another convention: {cause}.": (
        "A und B trennen sich auf der Stufe „{stage}“: {right} folgt aus seinen eigenen "
        "früheren Stufen, {wrong} nach einer anderen Konvention: {cause}."
    ),
    "A and B part at the {stage}: {right} follows from its own earlier stages, {wrong} "
    "does not. In {wrong}, {cause}.": (
        "A und B trennen sich auf der Stufe „{stage}“: {right} folgt aus seinen eigenen "
        "früheren Stufen, {wrong} nicht. In {wrong}: {cause}."
    ),
    # parting/
    "{side} has neither queries and keys nor what they are made of: whether its stages "
    "follow is not known": (
        "{side} hat weder Anfragen und Schlüssel noch das, woraus sie entstehen: Ob die "
        "Stufen folgen, ist nicht bekannt"
    ),
    "neither side says its mask: what has no weight is taken to be masked (A: {a} pairs, B: {b})": (
        "keine Seite nennt ihre Maske: Was kein Gewicht hat, gilt als maskiert (A: {a} "
        "Paare, B: {b})"
    ),
    "{side} fills in {number} for scores that are masked, as -inf": (
        "{side} setzt {number} für maskierte Scores ein, wie -inf"
    ),
    "infinity": "Unendlich",
    "{side} has {kind} in the {stage}: {count} of {of} numbers, the first at [{place}]": (
        "{side} hat {kind} auf der Stufe „{stage}“: {count} von {of} Zahlen, die erste bei "
        "[{place}]"
    ),
    "{first}, and {then}": "{first}, und {then}",
    "{side} has arrays of names that no stage has, which are left out: {names}": (
        "{side} hat Arrays mit Namen, die keine Stufe hat; sie bleiben außer Acht: {names}"
    ),
    "the heads are permuted: they stand in the order {order}": (
        "die Köpfe sind vertauscht: Sie stehen in der Reihenfolge {order}"
    ),
    "the heads are those of others: {order}": "die Köpfe sind die von anderen: {order}",
    "every number has the wrong sign": "jede Zahl hat das falsche Vorzeichen",
    "the matrix is transposed": "die Matrix ist transponiert",
    "the rows stand one place too low": "die Zeilen stehen einen Platz zu tief",
    "the rows stand one place too high": "die Zeilen stehen einen Platz zu hoch",
    "the rows are in reverse order": "die Zeilen stehen in umgekehrter Reihenfolge",
    "every number is multiplied by {factor}": "jede Zahl ist mit {factor} multipliziert",
    "{side} does not give {names}: those of {other} are taken": (
        "{side} gibt nicht an: {names}; genommen ist, was in {other} steht"
    ),
    "{side} does not say its {names}: taken as {other} says": (
        "{side} nennt nicht: {names}; genommen ist, was {other} sagt"
    ),
    # walkthrough/differing.py
    "NaN": "NaN",
    "∞": "∞",
    "−∞": "−∞",
    "A": "A",
    "B": "B",
    "{note}.": "{note}.",
    "{a} / {b}": "{a} / {b}",
    "{side}: {kind}": "{side}: {kind}",
    "{side}: {file}, {kind}": "{side}: {file}, {kind}",
    "not {sides}": "nicht {sides}",
    "{side} has {own}, and it should be {value}.": "{side} hat {own}, und es sollte {value} sein.",
    "equal": "gleich",
    "noise": "Rauschen",
    "differs": "verschieden",
    "Two dumps, compared": "Zwei Dumps im Vergleich",
    "… {count} more differs": "… {count} weitere verschieden",
    "… {count} more differ": "… {count} weitere verschieden",
    "The first difference": "Der erste Unterschied",
    "Where they differ most": "Wo sie sich am meisten unterscheiden",
    "{count} of {of} numbers of the {stage} differ by more than rounding explains.": (
        "Auf der Stufe „{stage}“ unterscheiden sich {count} von {of} Zahlen um mehr, als "
        "Runden erklärt."
    ),
    "Inherited: what a side's own earlier stages let the two differ by. Added: what the "
    "stage adds to that. Both are worked out in float64.": (
        "Geerbt: worin sich die beiden schon wegen ihrer eigenen früheren Stufen "
        "unterscheiden. Hinzugekommen: was die Stufe selbst dazu tut. Beides ist in float64 "
        "gerechnet."
    ),
    "{number} is {a} in A and {b} in B.": "{number} ist {a} in A und {b} in B.",
    "{number} is {a} in A and {b} in B: {ulps} units in the last place of {type} apart.": (
        "{number} ist {a} in A und {b} in B: {ulps} Einheiten der letzten Stelle von {type} "
        "auseinander."
    ),
    "From what both have before it:": "Aus dem, was beide davor haben:",
    "From what {side} has before it:": "Aus dem, was {side} davor hat:",
    "Only in {side}: {stages}.": "Nur in {side}: {stages}.",
    "in ulp": "in ulp",
    "inherited": "geerbt",
    "added": "hinzugekommen",
    # names.py, of the backward pass
    "gradient of the output": "Gradient der Ausgabe",
    "gradient of the gated outputs": "Gradient der Ausgaben nach dem Gate",
    "gradient of the concatenated heads": "Gradient der aneinandergehängten Köpfe",
    "gradient of W_O": "Gradient von W_O",
    "gradient of b_O": "Gradient von b_O",
    "gradient of W_Q": "Gradient von W_Q",
    "gradient of W_K": "Gradient von W_K",
    "gradient of W_V": "Gradient von W_V",
    "gradient of b_Q": "Gradient von b_Q",
    "gradient of b_K": "Gradient von b_K",
    "gradient of b_V": "Gradient von b_V",
    "gradient of W_G": "Gradient von W_G",
    "gradient of b_G": "Gradient von b_G",
    "gradients of the head outputs": "Gradienten der Ausgaben der Köpfe",
    "gradients of the values": "Gradienten der Werte",
    "gradients of the attention weights": "Gradienten der Attention-Gewichte",
    "row sums of weights times gradients": "Zeilensummen von Gewicht mal Gradient",
    "gradients of the masked scores": "Gradienten der maskierten Scores",
    "gradients of the capped scores": "Gradienten der begrenzten Scores",
    "gradients of the scaled scores": "Gradienten der skalierten Scores",
    "gradients of the scores": "Gradienten der Scores",
    "gradients of the rotated queries": "Gradienten der gedrehten Anfragen",
    "gradients of the rotated keys": "Gradienten der gedrehten Schlüssel",
    "gradients of the normalized queries": "Gradienten der normierten Anfragen",
    "gradients of the normalized keys": "Gradienten der normierten Schlüssel",
    "gradients of the queries": "Gradienten der Anfragen",
    "gradients of the keys": "Gradienten der Schlüssel",
    "gradients of the embeddings with positions": "Gradienten der Embeddings mit Positionen",
    "gradients of the embeddings": "Gradienten der Embeddings",
    "gradients of the embeddings of the keys": "Gradienten der Embeddings der Schlüssel",
    # walkthrough/entries.py, of the backward pass
    "the gradient of the output of {place}": "der Gradient der Ausgabe von {place}",
    "the gradient of the gated output of {place}": (
        "der Gradient der Ausgabe nach dem Gate von {place}"
    ),
    "the gradient of the concatenated heads of {place}": (
        "der Gradient der aneinandergehängten Köpfe von {place}"
    ),
    "the gradient of the head output of {place}": (
        "der Gradient der Ausgabe des Kopfes von {place}"
    ),
    "the gradient of the value of {place}": "der Gradient des Wertes von {place}",
    "the gradient of the attention weight of {place}": (
        "der Gradient des Attention-Gewichts von {place}"
    ),
    "the row sum of weights times gradients of {place}": (
        "die Zeilensumme von Gewicht mal Gradient von {place}"
    ),
    "the gradient of the masked score of {place}": (
        "der Gradient des maskierten Scores von {place}"
    ),
    "the gradient of the capped score of {place}": (
        "der Gradient des begrenzten Scores von {place}"
    ),
    "the gradient of the scaled score of {place}": (
        "der Gradient des skalierten Scores von {place}"
    ),
    "the gradient of the score of {place}": "der Gradient des Scores von {place}",
    "the gradient of the rotated query of {place}": (
        "der Gradient der gedrehten Anfrage von {place}"
    ),
    "the gradient of the rotated key of {place}": (
        "der Gradient des gedrehten Schlüssels von {place}"
    ),
    "the gradient of the normalized query of {place}": (
        "der Gradient der normierten Anfrage von {place}"
    ),
    "the gradient of the normalized key of {place}": (
        "der Gradient des normierten Schlüssels von {place}"
    ),
    "the gradient of the query of {place}": "der Gradient der Anfrage von {place}",
    "the gradient of the key of {place}": "der Gradient des Schlüssels von {place}",
    "the gradient of the embedding with its position of {place}": (
        "der Gradient des Embeddings mit Position von {place}"
    ),
    "the gradient of the embedding of {place}": "der Gradient des Embeddings von {place}",
    "the gradient of the key's embedding of {place}": (
        "der Gradient des Embeddings des Schlüssels von {place}"
    ),
    "entry {entry}": "Eintrag {entry}",
    "the gradient of {parameter}, {place}": "der Gradient von {parameter}, {place}",
    "row {row}, column {column}": "Zeile {row}, Spalte {column}",
    "head {head}, {place}": "Kopf {head}, {place}",
    "key-value head {head}, {place}": "Schlüssel-Wert-Kopf {head}, {place}",
    # walkthrough/sections/backward
    "backward pass": "Rückwärtsrechnung",
    "Gradient of the output": "Gradient der Ausgabe",
    (
        "From here on everything is worked backward: for each number, its gradient says how "
        "much the loss {loss} would change with it."
    ): (
        "Von hier an wird alles rückwärts gerechnet: Zu jeder Zahl sagt ihr Gradient, wie "
        "stark sich der Verlust {loss} mit ihr ändern würde."
    ),
    "The gradients of the output are given; they come from what follows attention.": (
        "Die Gradienten der Ausgabe sind gegeben; sie kommen aus dem, was auf die Attention folgt."
    ),
    (
        "The chain rule does all of it: what a number was made of gets the number's own "
        "gradient, times how much the number changes with it; and a number that goes into "
        "several others gets the sum of what comes from each."
    ): (
        "Alles leistet die Kettenregel: Woraus eine Zahl gemacht ist, das bekommt den "
        "Gradienten der Zahl, mal wie stark sie sich damit ändert; und eine Zahl, die in "
        "mehrere andere eingeht, bekommt die Summe dessen, was von jeder kommt."
    ),
    "Back through the output projection": "Zurück durch die Ausgabeprojektion",
    (
        "The output was made by {matrix}: its gradients go back through the same numbers, "
        "row by row instead of column by column, that is, through {matrix} transposed."
    ): (
        "Die Ausgabe ist mit {matrix} gemacht: Ihre Gradienten gehen durch dieselben Zahlen "
        "zurück, zeilenweise statt spaltenweise, also durch {matrix} transponiert."
    ),
    "Back to the heads": "Zurück zu den Köpfen",
    "What the output was made of gets its gradient.": (
        "Woraus die Ausgabe gemacht ist, das bekommt ihren Gradienten."
    ),
    (
        "Each number of {matrix} was multiplied by one entry of every query, so it gets the "
        "sum over the queries."
    ): (
        "Jede Zahl von {matrix} ist bei jeder Anfrage mit einem Eintrag multipliziert, also "
        "bekommt sie die Summe über die Anfragen."
    ),
    "Each head gets its own columns of the gradient, as it gave them.": (
        "Jeder Kopf bekommt seine eigenen Spalten des Gradienten, so wie er sie gegeben hat."
    ),
    "Back to the values": "Zurück zu den Werten",
    (
        "A value went into the output of every query, times a weight. It gets the gradients "
        "of all these outputs, times the same weights: down a column of the weights, instead "
        "of along a row."
    ): (
        "Ein Wert ist in die Ausgabe jeder Anfrage eingegangen, mal einem Gewicht. Er "
        "bekommt die Gradienten aller dieser Ausgaben, mal denselben Gewichten: eine Spalte "
        "der Gewichte hinab statt eine Zeile entlang."
    ),
    "{count} head uses these values, which get the sum.": (
        "{count} Kopf nutzt diese Werte; sie bekommen die Summe."
    ),
    "{count} heads use these values, which get the sum over all of them.": (
        "{count} Köpfe nutzen diese Werte; sie bekommen die Summe über alle."
    ),
    "Back to the attention weights": "Zurück zu den Attention-Gewichten",
    (
        "A weight was multiplied by a value, so its gradient is the dot product of that "
        "value and the gradient of the query's output: of hidden keys, too."
    ): (
        "Ein Gewicht ist mit einem Wert multipliziert, also ist sein Gradient das "
        "Skalarprodukt dieses Wertes mit dem Gradienten der Ausgabe der Anfrage: auch bei "
        "verdeckten Schlüsseln."
    ),
    "Back through the softmax": "Zurück durch den Softmax",
    (
        "A larger score makes its own weight larger and all others smaller. So a score gets "
        "its weight, times how far the gradient of that weight is above their mean in the "
        "row, {mean}, each counted by its weight."
    ): (
        "Ein größerer Score macht sein eigenes Gewicht größer und alle anderen kleiner. Also "
        "bekommt ein Score sein Gewicht, mal wie weit der Gradient dieses Gewichts über "
        "deren Mittel in der Zeile liegt, {mean}, jeder nach seinem Gewicht gezählt."
    ),
    "A hidden key has a weight of 0, and so its score has a gradient of 0.": (
        "Ein verdeckter Schlüssel hat das Gewicht 0, und so hat sein Score den Gradienten 0."
    ),
    "Of the {terms} terms of the score of {key}, the {shown} shown add up to the first "
    "number, and the other {count} to the second: {sum}": (
        "Von den {terms} Summanden des Scores von {key} ergeben die {shown} gezeigten zusammen "
        "die erste Zahl, und die anderen {count} die zweite: {sum}"
    ),
    "The sink has a weight and no value, so {mean} has no term of it.": (
        "Die Senke hat ein Gewicht und keinen Wert, also hat {mean} keinen Summanden von ihr."
    ),
    "Powers of {base} grow by their logarithm: each gradient is multiplied by {log}.": (
        "Potenzen von {base} wachsen mit deren Logarithmus: Jeder Gradient wird mit {log} "
        "multipliziert."
    ),
    (
        "{diagonal} is the Jacobian of a row: how much each weight changes with each score. "
        "On its diagonal stands α (1 − α), elsewhere −α α of two different keys. Whoever "
        "takes the diagonal alone leaves out that the weights of a row add up to 1."
    ): (
        "{diagonal} ist die Jacobi-Matrix einer Zeile: wie stark sich jedes Gewicht mit "
        "jedem Score ändert. Auf ihrer Diagonale steht α (1 − α), sonst −α α zweier "
        "verschiedener Schlüssel. Wer nur die Diagonale nimmt, lässt weg, dass die Gewichte "
        "einer Zeile zusammen 1 ergeben."
    ),
    "The same by the whole Jacobian of the row of {query}, its keys in order:": (
        "Dasselbe mit der ganzen Jacobi-Matrix der Zeile von {query}, ihre Schlüssel der "
        "Reihe nach:"
    ),
    "Back to the scores": "Zurück zu den Scores",
    "The mask leaves the gradients of the keys that are seen as they are.": (
        "Die Maske lässt die Gradienten der sichtbaren Schlüssel, wie sie sind."
    ),
    ("What is added to a score, as a bias, leaves its gradient as it is; a hidden key has none."): (
        "Was zu einem Score addiert wird, als Bias, lässt seinen Gradienten, wie er ist; ein "
        "verdeckter Schlüssel hat keinen."
    ),
    "The soft-cap has a slope of {slope}: near the cap a score can hardly move any more.": (
        "Der Soft-Cap hat die Steigung {slope}: Nahe der Grenze kann sich ein Score kaum "
        "noch bewegen."
    ),
    "The scores were scaled, so their gradients are scaled by the same number.": (
        "Die Scores sind skaliert, also werden ihre Gradienten mit derselben Zahl skaliert."
    ),
    (
        "Why training needs the scale: with it, the largest gradient of a score is {most}; "
        "without any, it would be {without}. The larger the scores, the closer weights are "
        "to 0 or to 1, where they hardly move, and queries and keys hardly learn."
    ): (
        "Warum das Training die Skalierung braucht: Mit ihr ist der größte Gradient eines "
        "Scores {most}; ohne sie wäre er {without}. Je größer die Scores, desto näher liegen "
        "Gewichte bei 0 oder bei 1, wo sie sich kaum bewegen, und Anfragen und Schlüssel "
        "lernen kaum."
    ),
    (
        "With the scale, the largest gradient of a score is {most}; without any, it would be "
        "{without}: these scores are too small for it to matter. The larger they are, the "
        "closer weights are to 0 or to 1, where they hardly move; that is why training needs "
        "the scale."
    ): (
        "Mit der Skalierung ist der größte Gradient eines Scores {most}; ohne sie wäre er "
        "{without}: Diese Scores sind so klein, dass es darauf nicht ankommt. Je größer sie "
        "sind, desto näher liegen Gewichte bei 0 oder bei 1, wo sie sich kaum bewegen; "
        "deshalb braucht das Training die Skalierung."
    ),
    "Back to queries and keys": "Zurück zu Anfragen und Schlüsseln",
    (
        "A score is the dot product of a query and a key: the query gets the keys, each "
        "times the gradient of its score, and the key gets the queries, likewise, down a "
        "column."
    ): (
        "Ein Score ist das Skalarprodukt von Anfrage und Schlüssel: Die Anfrage bekommt die "
        "Schlüssel, jeden mal dem Gradienten seines Scores, und der Schlüssel bekommt die "
        "Anfragen, ebenso, eine Spalte hinab."
    ),
    "{count} head uses these keys, which get the sum.": (
        "{count} Kopf nutzt diese Schlüssel; sie bekommen die Summe."
    ),
    "{count} heads use these keys, which get the sum over all of them.": (
        "{count} Köpfe nutzen diese Schlüssel; sie bekommen die Summe über alle."
    ),
    (
        "A query gets the gradients of its scores, each times how much the score changes "
        "with the query; a key likewise, down a column."
    ): (
        "Eine Anfrage bekommt die Gradienten ihrer Scores, jeden mal wie stark sich der "
        "Score mit der Anfrage ändert; ein Schlüssel ebenso, eine Spalte hinab."
    ),
    "Back through the rotation": "Zurück durch die Drehung",
    (
        "Gradients are rotated back by the same angles: the sines have the other sign, as in "
        "the transposed matrix."
    ): (
        "Gradienten werden um dieselben Winkel zurückgedreht: Die Sinus haben das andere "
        "Vorzeichen, wie in der transponierten Matrix."
    ),
    "Cached keys were rotated before; their gradients stay as they are.": (
        "Schlüssel im Cache sind schon gedreht; ihre Gradienten bleiben, wie sie sind."
    ),
    "Back through the normalization": "Zurück durch die Normierung",
    (
        "A normalized vector {n} keeps its size whatever the vector does, so of the gradient "
        "{u} that comes back, the part along {n} is taken off, and the rest is divided by "
        "the size {r}."
    ): (
        "Ein normierter Vektor {n} behält seine Größe, was der Vektor auch tut; also wird "
        "vom Gradienten {u}, der zurückkommt, der Anteil entlang {n} abgezogen, und der Rest "
        "wird durch die Größe {r} geteilt."
    ),
    "{u} is the gradient times the gain, entry by entry.": (
        "{u} ist der Gradient mal dem Verstärkungsfaktor, Eintrag für Eintrag."
    ),
    (
        "The query of {query} has length 0: where there is no direction, there is no "
        "derivative, and 0 is taken for it."
    ): (
        "Die Anfrage von {query} hat die Länge 0: Wo es keine Richtung gibt, gibt es keine "
        "Ableitung, und 0 steht dafür."
    ),
    "Back to the embeddings": "Zurück zu den Embeddings",
    "No queries were made from the embeddings here, so these get 0.": (
        "Aus den Embeddings sind hier keine Anfragen entstanden, also bekommen sie 0."
    ),
    (
        "An embedding went into its query, its key and its value: it gets the sum of what "
        "comes from each, through the same matrices, transposed."
    ): (
        "Ein Embedding ist in seine Anfrage, seinen Schlüssel und seinen Wert eingegangen: "
        "Es bekommt die Summe dessen, was von jedem kommt, durch dieselben Matrizen, "
        "transponiert."
    ),
    "What was added for its position leaves the gradient as it is.": (
        "Was für seine Position addiert ist, lässt den Gradienten, wie er ist."
    ),
    "Gradients of the matrices": "Gradienten der Matrizen",
    (
        "A matrix was used for every token, so each of its numbers gets a sum over all of "
        "them: the entry that it was multiplied by, times the gradient of what came out. "
        "These gradients are what training changes the matrices by."
    ): (
        "Eine Matrix ist für jedes Token benutzt, also bekommt jede ihrer Zahlen eine Summe "
        "über alle: den Eintrag, mit dem sie multipliziert ist, mal dem Gradienten dessen, "
        "was herauskam. Um diese Gradienten ändert das Training die Matrizen."
    ),
    # walkthrough/sections/backward, of its symbols
    "a normalized vector": "ein normierter Vektor",
    "the gradient of a normalized vector, times its gain": (
        "der Gradient eines normierten Vektors, mal dem Verstärkungsfaktor"
    ),
    "how far that gradient points along the vector": (
        "wie weit dieser Gradient entlang des Vektors zeigt"
    ),
    "the mean of the gradients of the weights of query i": (
        "das Mittel der Gradienten der Gewichte der Anfrage i"
    ),
    "how much the weight of key j changes with the score of key k": (
        "wie stark sich das Gewicht des Schlüssels j mit dem Score des Schlüssels k ändert"
    ),
    "the loss: how far what a model says is from what it should say": (
        "der Verlust: wie weit das, was ein Modell sagt, von dem entfernt ist, was es sagen sollte"
    ),
    # checking/catalogue.py, of gradients
    "the row's sum is left out of the softmax's gradient (α dα, and not α (dα − D))": (
        "im Gradienten des Softmax fehlt die Zeilensumme (α dα statt α (dα − D))"
    ),
    "only the diagonal α (1 − α) of the softmax's Jacobian is taken": (
        "nur die Diagonale α (1 − α) der Jacobi-Matrix des Softmax ist genommen"
    ),
    "the plain mean of dα is subtracted, and not the one that counts by weights": (
        "das einfache Mittel von dα ist abgezogen statt dem nach Gewichten gezählten"
    ),
    "the mask is let through on the way back": "die Maske ist auf dem Rückweg durchlässig",
    "the scale is left out on the way back": "die Skalierung fehlt auf dem Rückweg",
    "the scale is applied twice on the way back": (
        "die Skalierung ist auf dem Rückweg zweimal angewandt"
    ),
    "dS is not transposed for the keys (dK = dS Q)": (
        "dS ist für die Schlüssel nicht transponiert (dK = dS Q)"
    ),
    "the weights are not transposed for the values (dV = A dO)": (
        "die Gewichte sind für die Werte nicht transponiert (dV = A dO)"
    ),
    "the gradients of keys are not added up over the heads that share them": (
        "die Gradienten der Schlüssel sind nicht über die Köpfe addiert, die sie teilen"
    ),
    "the gradients of values are not added up over the heads that share them": (
        "die Gradienten der Werte sind nicht über die Köpfe addiert, die sie teilen"
    ),
    # walkthrough/remark.py, of gradients
    "The gradients: {option}.": "Die Gradienten: {option}.",
    "To see the gradients, add {option} to the command.": (
        "Um die Gradienten zu sehen, {option} an den Befehl anhängen."
    ),
    # walkthrough/sections/cost.py, of gradients
    (
        "The way there takes {there} operations and the way back {back}, {times} times as "
        "many: each matrix product there is turned round into two, one for each of its "
        "factors."
    ): (
        "Der Hinweg braucht {there} Operationen und der Rückweg {back}, {times}-mal so "
        "viele: Jedes Matrixprodukt dort wird zu zweien umgekehrt, je eines für jeden seiner "
        "Faktoren."
    ),
    # walkthrough/sections/backward/quotients.py
    "The gradients, checked without their formulas": ("Die Gradienten, ohne ihre Formeln geprüft"),
    (
        "Change one number {x} by a little, up and down, and work the whole way there again: "
        "what the loss changes by, divided by the change, is the gradient, come by without "
        "any of the formulas above."
    ): (
        "Eine Zahl {x} ein wenig ändern, nach oben und nach unten, und den ganzen Hinweg noch "
        "einmal rechnen: Um wie viel sich der Verlust ändert, geteilt durch die Änderung, ist der "
        "Gradient, ohne eine der Formeln oben."
    ),
    (
        "Here the loss is the sum of all outputs, each times its gradient, which is given, and "
        "{h} = {step}; all is worked out in decimals, to {digits} digits."
    ): (
        "Hier ist der Verlust die Summe aller Ausgaben, jede mal ihrem Gradienten, der gegeben "
        "ist, und {h} = {step}; gerechnet ist alles in Dezimalzahlen, auf {digits} Stellen."
    ),
    (
        "The quotient is itself off, by about {h} times {h}, and by the rounding of the loss "
        "divided by {h}: some {digits} digits can agree."
    ): (
        "Der Quotient ist selbst ungenau, um etwa {h} mal {h} und um die Rundung des Verlusts "
        "geteilt durch {h}: Etwa {digits} Stellen können übereinstimmen."
    ),
    "The gradients are doubles here, and some 15 digits can agree.": (
        "Die Gradienten sind hier Doubles, und etwa 15 Stellen können übereinstimmen."
    ),
    "The one number that was learned is not checked here; for that: {option}.": (
        "Die eine gelernte Zahl ist hier nicht geprüft; dafür: {option}."
    ),
    "The {count} numbers that were learned are not checked here; for that: {option}.": (
        "Die {count} gelernten Zahlen sind hier nicht geprüft; dafür: {option}."
    ),
    "What was learned": "Was gelernt ist",
    "gradient": "Gradient",
    "worked out": "gerechnet",
    "quotient": "Quotient",
    "digits that agree": "gleiche Stellen",
    "both are 0": "beide sind 0",
    "as far as it goes": "soweit er reicht",
    "no quotient": "kein Quotient",
    "Of the worst, {count} digit agrees.": "Vom schlechtesten stimmt {count} Stelle.",
    "Of the worst, {count} digits agree.": "Vom schlechtesten stimmen {count} Stellen.",
    "So few are no rounding: one of the two is wrong.": (
        "So wenige sind keine Rundung: Einer von beiden ist falsch."
    ),
    "As far as it goes: the two are no further apart than rounding and {h} can make them.": (
        "Soweit er reicht: Die beiden sind nicht weiter auseinander, als Rundung und {h} sie "
        "bringen können."
    ),
    (
        "No quotient: it goes on changing with {h}, so there is no derivative, as of the "
        "direction of a vector of length 0, for which 0 is taken."
    ): (
        "Kein Quotient: Er ändert sich weiter mit {h}, also gibt es keine Ableitung, wie von der "
        "Richtung eines Vektors der Länge 0, für die 0 genommen ist."
    ),
}
