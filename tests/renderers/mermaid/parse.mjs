// Reads a JSON list of Mermaid texts a line; prints what Mermaid makes of each, as JSON, in a line.
import { createInterface } from "node:readline";
import { JSDOM } from "jsdom";

const { window } = new JSDOM("");
globalThis.window = window;
globalThis.document = window.document;
const { default: mermaid } = await import("mermaid");

const read = async (text) => {
  const { diagramType } = await mermaid.parse(text);
  const diagram = await mermaid.mermaidAPI.getDiagramFromText(text);
  if (diagramType === "sequence") {
    const actors = diagram.db.getActors();
    const messages = diagram.db.getMessages();
    const named = (id) => actors.get(id).description;
    const { PAR_START, PAR_AND, PAR_END } = diagram.db.LINETYPE;
    return {
      type: diagramType,
      title: diagram.db.getDiagramTitle(),
      actors: [...actors.values()].map((actor) => actor.description),
      branches: messages.filter(({ type }) => [PAR_START, PAR_AND].includes(type)).map(({ message }) => message),
      messages: messages.filter(({ type }) => ![PAR_START, PAR_AND, PAR_END].includes(type)).map(({ from, to, message }) => [named(from), named(to), message]),
    };
  }
  const { nodes, edges } = diagram.db.getData();
  return {
    type: diagramType,
    nodes: nodes.filter((node) => !node.isGroup).map((node) => [node.id, node.label]),
    groups: nodes.filter((node) => node.isGroup).map((node) => node.id).sort(),
    edges: edges.map((edge) => [edge.start, edge.end, edge.label, edge.pattern ?? edge.thickness]),
  };
};

for await (const line of createInterface({ input: process.stdin })) {
  const found = [];
  for (const text of JSON.parse(line)) found.push(await read(text));
  console.log(JSON.stringify(found));
}
