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
  const { nodes, edges } = diagram.db.getData();
  read.push({
    type: diagramType,
    nodes: nodes.filter((node) => !node.isGroup).map((node) => [node.id, node.label]),
    edges: edges.map((edge) => [edge.start, edge.end, edge.label, edge.pattern ?? edge.thickness]),
  });
}
console.log(JSON.stringify(read));
