"use strict";
// Draws what the block of JSON holds: `flow` is the document of docs/flow.schema.json, `pictures` the views, laid out, one entry for each explanation. A
// view has the paths of the findings with one cause, or is one group of the whole graph; its nodes are focused one at a time and walked through by arrow
// keys.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const explanations = data.flow.explanations;
  // Findings by what they have in common, each with its picture; those of one explanation share it.
  const causes = (() => {
    const byGroup = new Map();
    data.pictures.forEach((pictures, e) => pictures.paths.forEach((path) => path.findings.forEach((f) => {
      const finding = explanations[e].findings[f];
      if (!byGroup.has(finding.group)) byGroup.set(finding.group, []);
      byGroup.get(finding.group).push({ e, path, f, finding });
    })));
    return [...byGroup.values()];
  })();
  const stages = data.stages || null;  // of the graph of a function, which has no findings: one entry for each explanation
  const firstGraph = explanations.findIndex((explanation) => explanation.graph);

  const OP_STATUS = {
    flows: ["gradient flows", "↑"],
    stops: ["stops the gradient", "✕"],
    stops_as_well: ["would stop it as well", "✕"],
    zero: ["passes on only zeros", "0"],
    not_finite: ["passes on NaN or infinity", "!"],
    unreached: ["no gradient arrives", "–"],
    aside: ["depends on no source", "·"],
  };
  const FINDING_STATUS = { absent: "no gradient", zero: "zero", nan: "NaN", inf: "infinite", partial: "only a part" };
  const STOPS = ["stops", "zero", "not_finite"];
  const MANY = { absent: "without a gradient", zero: "with a zero gradient", nan: "with a NaN gradient", inf: "with an infinite gradient", partial: "that miss a part" };
  const ARRIVES = { absent: "lets the gradient through, but none arrives", zero: "only zeros arrive", nan: "NaN arrives", inf: "infinity arrives" };
  const CHARACTER = 7.4;  // width of one, on average
  const SMALLEST = 0.7;  // zoom at which the words can still be read

  // What is shown: a cause (number, or -1) and the finding whose picture it is, a tab, a group of the whole graph, and the selected node.
  const state = { explanation: Math.max(firstGraph, 0), cause: causes.length ? 0 : -1, member: 0, tab: "path", group: 0, selected: -1, zoom: 1 };
  const byId = (id) => document.getElementById(id);
  const stage = byId("stage");

  // ---- Making elements ----

  const SVG = "http://www.w3.org/2000/svg";
  function fill(element, attributes, children) {
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else if (value !== undefined && value !== false) element.setAttribute(name, value);
    }
    element.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
    return element;
  }
  const html = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
  const svg = (tag, attributes, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

  // ---- The data ----

  const graphOf = (e) => explanations[e] && explanations[e].graph;
  const present = () => (state.cause < 0 ? null : causes[state.cause][state.member].finding);
  function view() {
    const pictures = data.pictures[state.explanation];
    if (!pictures) return null;
    if (state.tab === "graph") return pictures.groups[state.group];
    return state.cause < 0 ? null : causes[state.cause][state.member].path;
  }
  const fileName = (path) => path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
  // A notebook's cell is no file.
  const placeText = (place) => (!place ? "" : place.file.startsWith("cell [") ? `${place.file}, line ${place.line}` : `${fileName(place.file)}:${place.line}`);
  const callers = (place) => ((place && place.callers) || []).slice(0, 2).map((c) => (c.file === place.file ? `line ${c.line}` : placeText(c))).join(", ");
  const signature = (value) => `${value.dtype}[${value.shape ? value.shape.map((extent) => extent ?? "?").join(", ") : "..."}]`;
  function opName(graph, op) {
    const made = op.outputs ? graph.values[op.first_output] : {};
    if (graph.defs[op.def].kind === "variable" && made.variable !== undefined) return graph.variables[made.variable].name;
    return op.rule_of_def === undefined ? graph.defs[op.def].name : `gradient of ${graph.defs[op.rule_of_def].name}`;
  }
  const scopeOf = (graph, op) => (op.scope === undefined ? "" : graph.scopes[op.scope]);
  const opPlace = (graph, op) => (op.place === undefined ? undefined : graph.places[op.place]);
  const stepOf = (node) => (node.kind === "step" ? explanations[state.explanation].findings[node.finding].path[node.index] : undefined);

  function statusText(node) {
    const step = stepOf(node);
    if (stages) return "";
    if (!step) return OP_STATUS[node.status][0];
    if (step.status === "source") return step.note || "source";
    if (step.note && step.status === "flows") return step.note;
    return step.status === "flows" && node.status === "unreached" ? ARRIVES[present().status] || OP_STATUS.unreached[0] : OP_STATUS[node.status][0];
  }
  function label(node) {
    if (node.kind === "gap") return `${node.name}, not listed`;
    if (node.kind === "group" && stages) return `${[node.name, node.note, ...(node.lines || [])].join(", ")}. Enter opens it`;
    if (node.kind === "group") return `group ${node.name}, ${node.note}${node.outside ? ", outside" : ""}: ${OP_STATUS[node.status][0]}. Enter opens it`;
    return [node.name, node.note, node.kind === "value" ? "input" : statusText(node)].filter(Boolean).join(", ");
  }

  // ---- Code and numbers ----

  function code(place) {
    const lines = place && data.source[place.file];
    if (!lines || lines[place.line] === undefined) return null;
    const block = html("div", { class: "code", tabindex: "0", role: "group", "aria-label": `code at ${placeText(place)}` });
    const near = Array.from({ length: 9 }, (_, i) => place.line - 4 + i).filter((line) => lines[line] !== undefined);
    const indent = Math.min(...near.filter((line) => lines[line].trim()).map((line) => lines[line].search(/\S/)));
    for (const line of near) {
      block.append(html("div", { "data-here": line === place.line && "true" }, html("span", {}, String(line)), lines[line].slice(indent) || " "));
    }
    return block;
  }

  function shown(number) {
    if (typeof number !== "number") return String(number);
    return number !== 0 && (Math.abs(number) >= 1e5 || Math.abs(number) < 1e-3) ? number.toExponential(3) : String(Number(number.toPrecision(5)));
  }

  function numbers(title, n) {
    if (!n) return [];
    const wrong = n.nans + n.infs;
    const share = (name, count) => (count ? html("i", { class: name, style: `width: ${(100 * count) / n.count}%` }) : null);
    const finite = n.count > wrong;
    const text = `${n.count} elements: ${n.zeros} zero, ${n.nans} NaN, ${n.infs} infinite`;
    return [
      html("h3", {}, title),
      finite ? histogram(n) : null,
      html("div", { class: "shares", role: "img", "aria-label": text }, share("zeros", n.zeros), share("other", n.count - n.zeros - wrong), share("wrong", wrong)),
      rows([["elements", String(n.count)], ["zero", String(n.zeros)], ["NaN", n.nans ? String(n.nans) : ""], ["infinite", n.infs ? String(n.infs) : ""],
        ["range", finite ? `${shown(n.min)} to ${shown(n.max)}` : ""], ["norm", finite ? shown(n.norm) : ""]]),
    ];
  }

  function histogram(n) {
    const most = Math.max(...n.bins), width = 100 / n.bins.length;
    const words = n.bins.map((bin, i) => [bin, i]).filter(([bin]) => bin).map(([bin, i]) => `${bin} from ${shown(n.min + ((n.max - n.min) * i) / n.bins.length)}`);
    const bars = n.bins.map((bin, i) => svg("rect", { x: i * width + 0.4, y: 30 - (28 * bin) / most, width: width - 0.8, height: (28 * bin) / most }));
    return svg("svg", { class: "bins", viewBox: "0 0 100 30", preserveAspectRatio: "none", role: "img", "aria-label": `histogram: ${words.join(", ")}` }, ...bars);
  }

  function rows(pairs) {
    return html("dl", {}, ...pairs.filter(([, value]) => value).flatMap(([name, value]) => [html("dt", {}, name), html("dd", {}, value)]));
  }

  // ---- Details of a node ----

  const placeRows = (place) => [["place", placeText(place)], ["called from", callers(place)], ["inside", ((place && place.inside) || []).map(placeText).join(", ")]];
  function opDetails(graph, index, place = opPlace(graph, graph.ops[index])) {
    const op = graph.ops[index], def = graph.defs[op.def];
    const outputs = Array.from({ length: op.outputs }, (_, k) => graph.values[op.first_output + k]);
    const parts = [
      rows([["scope", scopeOf(graph, op)], ["makes", outputs.map(signature).join(", ")], ["from", op.inputs.map((v) => signature(graph.values[v])).join(", ")],
        ...placeRows(place), ["function", place ? place.function || "" : ""], ["tape", stages ? "" : op.standing ? `did not record it: ${op.standing}` : "recorded it"]]),
      code(place),
    ];
    op.inputs.forEach((value, i) => {
      const answer = def.answers[Math.min(i, def.answers.length - 1)];
      if (answer.flow === "flows" || answer.flow === "user_rule") return;
      parts.push(html("h3", {}, `Input ${answer.input}`), html("p", {}, answer.why || answer.flow), answer.remedy ? html("p", { class: "soft" }, answer.remedy) : null);
    });
    for (const output of outputs) {
      parts.push(...numbers("Values", graph.numbers[output.numbers]), ...numbers("Gradient that arrives", graph.numbers[output.gradient]));
    }
    return parts;
  }

  function valueDetails(graph, index) {
    const value = graph.values[index];
    const variable = value.variable === undefined ? null : graph.variables[value.variable];
    const place = variable && variable.place !== undefined ? graph.places[variable.place] : undefined;
    return [
      rows([["is", variable ? variable.noun || "variable" : "tensor"], ["signature", signature(value)], ["trainable", variable && !stages ? (variable.trainable ? "yes" : "no") : ""], ["place", placeText(place)]]),
      code(place), ...numbers("Values", graph.numbers[value.numbers]), ...numbers("Gradient", graph.numbers[value.gradient]),
    ];
  }

  function nodeDetails(node) {
    const graph = graphOf(state.explanation), step = stepOf(node);
    if (node.kind === "op") return opDetails(graph, node.index);
    if (node.kind === "value") return valueDetails(graph, node.index);
    if (!step) return [];
    if (graph && step.op !== undefined && step.status !== "source") return opDetails(graph, step.op, step.place);
    return [rows([["signature", step.signature], ...placeRows(step.place)]), code(step.place)];
  }

  function showDetails() {
    const shownView = view(), node = shownView && shownView.nodes[state.selected];
    const details = byId("details");
    if (!node || node.kind === "gap") {
      details.replaceChildren(html("p", { class: "soft" }, stages ? "Choose a box to see what it makes, of what, and where. A box with ops in it opens." : "Choose a box to see what it made, where, and what it does to the gradient."));
      return;
    }
    details.replaceChildren(html("h2", {}, node.name), stages ? "" : html("p", {}, `${node.kind === "value" ? "" : (OP_STATUS[node.status] || ["", ""])[1] + " "}${node.kind === "value" ? "goes into the graph" : statusText(node)}`),
      ...nodeDetails(node).filter((part) => part !== null));
  }

  // ---- The picture ----

  function shape(node) {
    const [x, y, width, height] = node.box;
    const box = { x: x - width / 2, y: y - height / 2, width, height };
    const source = node.kind === "value" || (stepOf(node) && stepOf(node).status === "source");
    const rounded = { ...box, rx: source ? height / 2 : 9 };
    const parts = [];
    if (node.kind === "group") parts.push(svg("rect", { ...rounded, x: box.x + 5, y: box.y + 5, class: "shape" }));
    if (node.kind !== "gap") parts.push(svg("rect", { ...rounded, class: "shape" }), svg("rect", { ...rounded, class: "texture" }));
    parts.push(svg("rect", { x: box.x - 5, y: box.y - 5, width: width + 10, height: height + 10, rx: source ? height / 2 + 5 : 13, class: "ring" }));
    return parts;
  }

  function drawNode(node, number) {
    const [x, y, width, height] = node.box, lines = node.lines || [], top = y - height / 2 + 21;  // the middle of the first two lines
    const fits = (text, character) => (text.length * character > width - 30 ? text.slice(0, Math.max(Math.floor((width - 30) / character) - 1, 1)) + "…" : text);
    const mark = node.kind === "value" || node.kind === "gap" || stages ? "" : OP_STATUS[node.status][1];
    const group = svg("g", {
      class: `node ${node.kind} ${node.status}${node.outside ? " outside" : ""}`, role: "button", tabindex: "-1", "data-node": number,
      "aria-label": label(node), "aria-pressed": "false", onclick: () => activate(number), onfocus: () => setRoving(number),
    }, svg("title", {}, [node.name, node.note].filter(Boolean).join("\n")), ...shape(node));
    if (mark) group.append(svg("text", { class: "mark", x: x - width / 2 + 11, y: top + 5, "aria-hidden": "true" }, mark));
    group.append(svg("text", { x: x + (mark ? 8 : 0), y: node.note ? top - 2 : top + 5, "text-anchor": "middle" }, fits(node.name, CHARACTER)));
    if (node.note) group.append(svg("text", { class: "note", x: x + (mark ? 8 : 0), y: top + 14, "text-anchor": "middle" }, fits(node.note, 6.7)));
    if (lines.length) group.append(svg("path", { class: "rule", d: `M${x - width / 2 + 8},${top + 22} h${width - 16}` }));
    lines.forEach((line, i) => group.append(svg("text", { class: "line", x, y: top + 38 + 16 * i, "text-anchor": "middle" }, fits(line, CHARACTER))));
    return group;
  }

  // On a path, the gradient comes from the target up to the last stop.
  function carries(shownView, edge) {
    const from = shownView.nodes[edge.from], to = shownView.nodes[edge.to];
    return ["flows", "stops", "zero", "not_finite", "stops_as_well"].includes(from.status) && to.status === "flows" && (edge.spine || state.tab === "graph");
  }

  function drawEdge(shownView, edge) {
    if (!edge.d) return [];
    const points = edge.d.match(/-?[\d.]+/g).map(Number), end = points.slice(-2), before = points.slice(-4, -2);
    const angle = Math.atan2(end[1] - before[1], end[0] - before[0]);
    const corner = (side) => `${end[0] - 8 * Math.cos(angle + side)},${end[1] - 8 * Math.sin(angle + side)}`;
    const kind = carries(shownView, edge) ? " carries" : edge.spine ? " empty" : "";
    return [svg("path", { class: `edge${edge.spine ? " spine" : ""}${kind}`, d: edge.d }), svg("polygon", { class: "head", points: `${end.join(",")} ${corner(0.4)} ${corner(-0.4)}` })];
  }

  const TEXTURES = `<pattern id="hatch" width="8" height="8" patternUnits="userSpaceOnUse"><path d="M-2,2 l4,-4 M0,8 l8,-8 M6,10 l4,-4" stroke-width="2"/></pattern>
    <pattern id="dots" width="7" height="7" patternUnits="userSpaceOnUse"><circle cx="2" cy="2" r="1.2"/></pattern>
    <pattern id="grid" width="7" height="7" patternUnits="userSpaceOnUse"><path d="M0,0 H7 M0,0 V7" stroke-width="1.4"/></pattern>`;

  function draw() {
    const shownView = view();
    if (!shownView || shownView.nodes.length === 0) {
      stage.replaceChildren(html("p", {}, causes.length ? "There is nothing to draw here." : data.note || "Every gradient that was asked for is there."));
      return;
    }
    const textures = svg("defs", {});
    textures.innerHTML = TEXTURES;
    const edges = [...shownView.edges].sort((a, b) => carries(shownView, a) - carries(shownView, b));  // what carries lies on top where arrows run together
    const drawing = svg("svg", { viewBox: `-10 -10 ${shownView.width + 25} ${shownView.height + 25}`, role: "group", "aria-label": `${shownView.title}; arrow keys walk, Enter chooses` },
      textures, ...edges.flatMap((edge) => drawEdge(shownView, edge)), ...shownView.nodes.map(drawNode));
    drawing.addEventListener("keydown", walk);
    stage.replaceChildren(drawing);
    if (state.tab === "path" && present() && present().path.length === 0) stage.append(html("p", {}, "Nothing connects them."));
    applyZoom();
    setRoving(Math.max(state.selected, 0));
    markSelected();
  }

  function applyZoom() {
    const drawing = stage.querySelector("svg");
    if (!drawing) return;
    drawing.setAttribute("width", (view().width + 25) * state.zoom);
    drawing.setAttribute("height", (view().height + 25) * state.zoom);
  }
  function zoomToFit() {
    const shownView = view();
    if (!shownView) return;
    const room = Math.min((stage.clientWidth - 48) / (shownView.width + 25), (stage.clientHeight - 54) / (shownView.height + 25));
    state.zoom = Math.min(Math.max(room, SMALLEST), 1.25);
    applyZoom();
    const worst = shownView.nodes.findIndex((node) => STOPS.includes(node.status));
    const centre = nodeElement(state.selected < 0 ? worst : state.selected);
    if (centre) show(centre, true);
    else stage.scrollTop = 0;
  }
  // Scrolls the picture and nothing around it: to the middle of it, or as little as it takes.
  function show(element, centred) {
    const box = element.getBoundingClientRect(), room = stage.getBoundingClientRect(), margin = 24;
    const by = (low, high, from, to) => (centred ? (low + high - from - to) / 2 : Math.min(low - margin - from, 0) || Math.max(high + margin - to, 0));
    stage.scrollLeft += by(box.left, box.right, room.left, room.left + stage.clientWidth);
    stage.scrollTop += by(box.top, box.bottom, room.top, room.top + stage.clientHeight);
  }
  function zoomBy(factor) {
    state.zoom = Math.min(Math.max(state.zoom * factor, 0.2), 4);
    applyZoom();
  }

  // ---- Choosing ----

  const nodeElement = (number) => stage.querySelector(`[data-node="${number}"]`);
  function setRoving(number) {
    for (const node of stage.querySelectorAll('.node[tabindex="0"]')) node.setAttribute("tabindex", "-1");
    if (nodeElement(number)) nodeElement(number).setAttribute("tabindex", "0");
  }
  function markSelected() {
    for (const node of stage.querySelectorAll(".node")) node.setAttribute("aria-pressed", String(Number(node.dataset.node) === state.selected));
  }
  function select(number) {
    state.selected = number;
    markSelected();
    showDetails();
  }
  function activate(number) {
    const node = view().nodes[number];
    if (node.kind === "group") openGroup(node.index, true);
    else select(number);
  }
  function openGroup(group, focus) {
    Object.assign(state, { tab: "graph", group, selected: -1 });
    refresh();
    if (focus && nodeElement(0)) nodeElement(0).focus();
  }

  // From a box to the next one in the direction of an arrow key: along an edge up or down, to a neighbour left or right.
  function nextNode(key, number) {
    const { nodes, edges } = view();
    const [x, y] = nodes[number].box;
    const along = (from, to) => edges.filter((edge) => edge[from] === number).sort((a, b) => Number(b.spine === true) - Number(a.spine === true)).map((edge) => edge[to])[0];
    if (key === "ArrowDown") return along("from", "to");
    if (key === "ArrowUp") return along("to", "from");
    if (key === "Home") return 0;
    if (key === "End") return nodes.length - 1;
    const right = key === "ArrowRight" ? 1 : -1;
    const away = (node) => Math.hypot(node.box[0] - x, 4 * (node.box[1] - y));
    return nodes.map((_, i) => i).filter((i) => (nodes[i].box[0] - x) * right > 1).sort((a, b) => away(nodes[a]) - away(nodes[b]))[0];
  }
  function walk(event) {
    const number = Number(event.target.dataset.node);
    if (event.key === "Enter" || event.key === " ") activate(number);
    else if (event.key === "Escape" && state.tab === "graph") openGroup(view().parent, true);
    else if (/^(Arrow|Home|End)/.test(event.key)) {
      const next = nextNode(event.key, number);
      if (next !== undefined) {
        nodeElement(next).focus({ preventScroll: true });
        show(nodeElement(next), false);
      }
    } else return;
    event.preventDefault();
  }

  // ---- Findings ----

  const unique = (items) => [...new Set(items)];
  const sourceName = (finding) => finding.source_name || finding.source;
  function names(cause) {
    const all = unique(cause.map(({ finding }) => sourceName(finding)));
    return all.length > 4 ? `${all.slice(0, 3).join(", ")} and ${all.length - 3} more` : all.join(", ");
  }
  // Buttons that lead to the beginnings in the picture.
  function beginnings(cause) {
    if (cause.length === 1) return [];
    return [html("h3", {}, `${cause.length} ${MANY[cause[0].finding.status]}`), html("ul", { class: "beginnings" }, ...cause.map(({ path, f, finding }, member) => {
      const node = path.nodes.findIndex((one) => one.kind === "step" && one.finding === f && one.index === 0);
      const name = `${sourceName(finding)} ${finding.source_signature}`.trim();
      return html("li", {}, node < 0 ? name : html("button", { "data-member": member, onclick: () => toBeginning(member, node) }, name));
    }))];
  }
  function toBeginning(member, node) {
    Object.assign(state, { member, explanation: causes[state.cause][member].e, tab: "path", group: 0, selected: node });
    refresh();
    byId("findings").querySelector(`[data-member="${member}"]`).focus();  // it was made anew
  }
  function causeBody(cause) {
    const { finding } = cause[0];
    const text = (title, content) => (content ? [html("h3", {}, title), html("p", {}, content)] : []);
    const all = (list, between) => unique(cause.flatMap((one) => list(one.finding))).join(between);
    return html("div", { class: "body" }, code(finding.place), ...beginnings(cause), ...text("Why", all((one) => one.why, " · ")), ...text("Seen", all((one) => one.evidence, "; ")),
      ...text("Fix", all((one) => one.remedy, " · ")),
      ...(finding.confidence === "proven" ? [] : text("Sure", finding.confidence === "likely" ? "likely, not proven" : "not known: records are missing")),
      ...text("Then", all((one) => one.others.filter((other) => other.remedy).map((other) => `${other.name || other.op} ${placeText(other.place)}: ${other.remedy}`), " · ")),
      html("p", { class: "soft" }, `${finding.code} ${(data.reasons[finding.code] || {}).title || ""}`));
  }
  // A function's graph at one stage: its button shows it.
  function showStages() {
    byId("findings").setAttribute("aria-label", "Stages");
    byId("findings").replaceChildren(...(data.note ? [html("p", { class: "note mono" }, data.note)] : []), ...stages.map(({ name, facts }, e) => {
      const open = e === state.explanation;
      const choose = () => {
        state.explanation = e;
        openGroup(0, false);
        byId("findings").querySelectorAll("section > button")[e].focus();
      };
      return html("section", { class: "finding", "data-open": open && "true" },
        html("button", { "aria-expanded": String(open), onclick: choose }, html("span", { class: "name" }, name), html("div", { class: "soft" }, `${facts[0][1]} steps, ${facts[1][1]} ops`)),
        open ? html("div", { class: "body" }, rows(facts)) : null);
    }));
  }
  function showFindings() {
    if (stages) return showStages();
    byId("findings").replaceChildren(...(data.note && causes.length ? [html("p", { class: "note" }, data.note)] : []), ...causes.map((cause, number) => {
      const { finding } = cause[0], open = number === state.cause;
      const from = callers(finding.place);
      const place = finding.op || finding.place ? `${finding.op || "cause"} ${placeText(finding.place)}${from && `, called from ${from}`}` : "";
      return html("section", { class: "finding", "data-open": open && "true" },
        html("button", { "aria-expanded": String(open), onclick: () => { openCause(number); byId("findings").querySelectorAll("section > button")[number].focus(); } },
          html("span", { class: `badge ${finding.status}` }, FINDING_STATUS[finding.status]), html("span", { class: "name mono" }, names(cause)),
          html("div", { class: "soft mono" }, place)),
        open ? causeBody(cause) : null);
    }));
  }
  function openCause(number) {
    Object.assign(state, { cause: number, member: 0, explanation: causes[number][0].e, tab: "path", group: 0, selected: -1 });
    const path = view();
    if (path) state.selected = Math.max(path.nodes.findIndex((node) => STOPS.includes(node.status)), -1);
    refresh();
  }
  function summary() {
    if (stages) return "the graph of a traced function";
    const count = causes.reduce((sum, cause) => sum + cause.length, 0);
    if (count === 0) return "nothing was found";
    const gradients = count === 1 ? "1 finding" : `${count} findings`;
    return count === causes.length ? gradients : `${gradients}, ${causes.length} cause${causes.length === 1 ? "" : "s"}`;
  }

  // ---- Around the picture ----

  function showToolbar() {
    const pictures = data.pictures[state.explanation];
    for (const [id, tab, there] of [["tab-path", "path", causes.length > 0], ["tab-graph", "graph", pictures && pictures.groups.length > 0]]) {
      byId(id).setAttribute("aria-selected", String(state.tab === tab));
      byId(id).disabled = !there;
    }
    const crumbs = [];
    for (let group = state.group; state.tab === "graph" && pictures && pictures.groups[group]; group = pictures.groups[group].parent) {
      const here = group, current = group === state.group;
      crumbs.unshift(html("li", {}, html("button", { "aria-current": current && "location", onclick: () => openGroup(here, true) }, pictures.groups[group].title)));
      if (group === 0) break;
    }
    byId("crumbs").replaceChildren(...crumbs);
  }
  function showLegend() {
    const shownView = view();
    if (stages) return byId("legend").replaceChildren(html("li", {}, "Arrows follow the data. A box that lists ops is one sweep over the data, a body or a name scope."));
    const used = new Set(shownView ? shownView.nodes.filter((node) => node.kind !== "gap" && node.kind !== "value").map((node) => node.status) : []);
    byId("legend").replaceChildren(...Object.keys(OP_STATUS).filter((status) => used.has(status)).map((status) => {
      const box = { x: 1.5, y: 1.5, width: 25, height: 15, rx: 4 };
      const sample = svg("svg", { width: 28, height: 18, "aria-hidden": "true" }, svg("g", { class: `node ${status}` }, svg("rect", { ...box, class: "shape" }), svg("rect", { ...box, class: "texture" }),
        svg("text", { class: "mark", x: 14, y: 14, "text-anchor": "middle" }, OP_STATUS[status][1])));
      const words = status === "unreached" && state.tab === "path" && present().status !== "absent" ? ARRIVES[present().status] : OP_STATUS[status][0];
      return html("li", {}, sample, words || OP_STATUS[status][0]);
    }), html("li", {}, "Arrows follow the data; the gradient runs against them."));
  }
  function refresh() {
    showFindings();
    showToolbar();
    showLegend();
    draw();
    zoomToFit();
    showDetails();
  }

  // ---- Search ----

  let index = null;
  function searchIndex() {
    if (index) return index;
    index = [];
    explanations.forEach((explanation, e) => {
      const graph = explanation.graph;
      if (!graph) return;
      graph.ops.forEach((op, i) => {
        const name = opName(graph, op), scope = scopeOf(graph, op), place = placeText(opPlace(graph, op));
        const makes = op.outputs ? signature(graph.values[op.first_output]) : "";
        index.push({ e, kind: "op", i, name: scope ? `${scope}/${name}` : name, note: [makes, place].filter(Boolean).join(" "), text: `${scope}/${name} ${place} ${makes}`.toLowerCase() });
      });
      graph.values.forEach((value, i) => {
        if (value.op !== undefined || value.variable === undefined) return;
        const name = graph.variables[value.variable].name;
        index.push({ e, kind: "value", i, name, note: `variable ${signature(value)}`, text: name.toLowerCase() });
      });
    });
    return index;
  }
  function groupWith(e, kind, i) {
    if (kind === "op") return data.pictures[e].group_of_op[i];
    return data.pictures[e].groups.findIndex((group) => group.nodes.some((node) => node.kind === kind && node.index === i && !node.outside));
  }
  function reveal({ e, kind, i }) {
    Object.assign(state, { explanation: e, tab: "graph", group: Math.max(groupWith(e, kind, i), 0), selected: -1 });
    state.selected = view().nodes.findIndex((node) => node.kind === kind && node.index === i);
    hideResults();
    refresh();
    const element = nodeElement(state.selected);
    if (element) {
      element.focus({ preventScroll: true });
      show(element, true);
    }
  }

  const search = byId("search"), results = byId("results");
  const MOST_RESULTS = 30;
  let found = [], active = -1;
  function hideResults() {
    results.hidden = true;
    search.setAttribute("aria-expanded", "false");
    search.removeAttribute("aria-activedescendant");
  }
  function showResults() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    if (words.length === 0) return hideResults();
    const all = searchIndex().filter((entry) => words.every((word) => entry.text.includes(word)));
    found = all.slice(0, MOST_RESULTS);
    active = found.length ? 0 : -1;
    results.replaceChildren(...found.map((entry, i) => html("li", { role: "option", id: `result-${i}`, onclick: () => reveal(entry) }, entry.name, html("small", {}, entry.note))));
    if (all.length > found.length) results.append(html("li", { class: "none" }, `and ${all.length - found.length} more`));
    if (all.length === 0) results.append(html("li", { class: "none" }, "nothing of that name"));
    results.hidden = false;
    search.setAttribute("aria-expanded", "true");
    markActive();
  }
  function markActive() {
    [...results.querySelectorAll('[role="option"]')].forEach((option, i) => {
      option.setAttribute("aria-selected", String(i === active));
      if (i === active) option.scrollIntoView({ block: "nearest" });
    });
    if (active >= 0) search.setAttribute("aria-activedescendant", `result-${active}`);
  }
  search.addEventListener("input", showResults);
  search.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hideResults();
    else if (event.key === "Enter" && !results.hidden && found[active]) reveal(found[active]);
    else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && found.length) {
      active = (active + (event.key === "ArrowDown" ? 1 : found.length - 1)) % found.length;
      markActive();
    } else return;
    event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest(".search")) hideResults();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.target === search) return;
    search.focus();
    event.preventDefault();
  });

  // ---- Beginning ----

  byId("title").textContent = data.title;
  byId("summary").textContent = summary();
  byId("tab-path").addEventListener("click", () => { Object.assign(state, { tab: "path", selected: -1 }); refresh(); });
  if (stages) {
    document.querySelector(".toolbar [role=tablist]").hidden = true;
    if (location.hash === "#compiled") state.explanation = stages.length - 1;
  }
  byId("tab-graph").addEventListener("click", () => openGroup(0, false));
  byId("zoom-in").addEventListener("click", () => zoomBy(1.25));
  byId("zoom-out").addEventListener("click", () => zoomBy(0.8));
  byId("zoom-fit").addEventListener("click", zoomToFit);
  window.addEventListener("resize", zoomToFit);
  if (causes.length) openCause(0);
  else if (firstGraph >= 0) openGroup(0, false);
  else refresh();
})();
