// Reads a JSON list of Mermaid texts; prints what Mermaid makes of each, as JSON.
import { readFileSync } from "node:fs";
import { JSDOM } from "jsdom";

const { window } = new JSDOM("");
globalThis.window = window;
globalThis.document = window.document;
const { default: mermaid } = await import("mermaid");

const read = [];
for (const text of JSON.parse(readFileSync(0, "utf8"))) {
  const { diagramType } = await mermaid.parse(text);
  const diagram = await mermaid.mermaidAPI.getDiagramFromText(text);
  if (diagramType === "sequence") {
    const actors = diagram.db.getActors();
    const messages = diagram.db.getMessages();
    const named = (id) => actors.get(id).description;
    const { PAR_START, PAR_AND, PAR_END } = diagram.db.LINETYPE;
    read.push({
      type: diagramType,
      title: diagram.db.getDiagramTitle(),
      actors: [...actors.values()].map((actor) => actor.description),
      branches: messages.filter(({ type }) => [PAR_START, PAR_AND].includes(type)).map(({ message }) => message),
      messages: messages.filter(({ type }) => ![PAR_START, PAR_AND, PAR_END].includes(type)).map(({ from, to, message }) => [named(from), named(to), message]),
    });
    continue;
  }
  const { nodes, edges } = diagram.db.getData();
  read.push({
    type: diagramType,
    nodes: nodes.filter((node) => !node.isGroup).map((node) => [node.id, node.label]),
    groups: nodes.filter((node) => node.isGroup).map((node) => node.id).sort(),
    edges: edges.map((edge) => [edge.start, edge.end, edge.label, edge.pattern ?? edge.thickness]),
  });
}
console.log(JSON.stringify(read));
