// The bench: sends what hands do, and shows what the server says became of it. It decides nothing by itself.
"use strict";

(() => {
  const SVG = "http://www.w3.org/2000/svg";
  const PICTURE_MS = 1000;
  const LOG_LINES = 60;
  //: Where things lie on the pad: x, y, turned by degrees.
  const SLOTS = [[10, 0, -6], [86, 94, 5], [166, 2, -3], [242, 92, 6], [14, 96, 4], [90, -2, -5], [170, 96, -4], [246, 0, 5]];
  const ON_PAD = 1.22;
  //: Where people stand in the room.
  const ROOM = [[322, 40, 30], [364, 72, -40], [340, 98, 12], [52, 58, -20], [92, 84, 40], [286, 84, -12], [120, 34, 8], [258, 40, 70]];

  const at = (id) => document.getElementById(id);
  const tray = at("tray");
  const things = [...tray.querySelectorAll(".thing")];
  let state = null;
  let hand = "";

  const node = (name, attributes, parent) => {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    if (parent) parent.append(made);
    return made;
  };

  // --- doing

  let toastEnds = 0;
  const toast = (text) => {
    at("toast").textContent = text;
    at("toast").hidden = false;
    clearTimeout(toastEnds);
    toastEnds = setTimeout(() => { at("toast").hidden = true; }, 6000);
  };

  const send = async (action) => {
    try {
      const answer = await fetch("/do", {
        method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(action),
      });
      if (answer.ok) return true;
      toast((await answer.json()).problem);
    } catch {
      toast(at("live").dataset.off);
    }
    return false;
  };

  const place = (key) => (state && state.things.find((thing) => thing.key === key) || {}).place || "";

  const choose = (button) => {
    hand = button.dataset.thing;
    for (const other of things) {
      other.setAttribute("aria-pressed", String(other === button));
      other.tabIndex = other === button ? 0 : -1;
    }
    drawThings();
  };

  // What R takes: the thing in hand if it lies somewhere, else what was laid or shown last.
  const toTake = () => {
    if (!state || place(hand)) return hand;
    return state.shown || (state.pad.length ? state.pad[state.pad.length - 1].key : "");
  };

  const act = async (button) => {
    const { do: what, way, name } = button.dataset;
    switch (what) {
      case "walk":
        if (await send({ do: "walk", way })) walk(way);
        break;
      case "take": {
        const thing = toTake();
        if (thing) await send({ do: "take", thing });
        break;
      }
      case "show": case "scan": case "lay": case "pull-away":
        if (!hand) choose(things.find((thing) => thing.tabIndex === 0) || things[0]);
        await send({ do: what, thing: hand });
        break;
      case "cable":
        await send({ do: "cable", name, plugged: button.dataset.plug === "out" });
        break;
      case "all-cables":
        for (const cable of state ? state.cables : []) {
          if ((cable.plug === "out") !== state.all_in) await send({ do: "cable", name: cable.name, plugged: cable.plug === "out" });
        }
        break;
      case "trouble":
        await send({ do: "trouble", name, on: button.getAttribute("aria-pressed") !== "true" });
        break;
      case "clear":
        await send({ do: "clear" });
    }
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.thing) choose(button);
    else if (button.dataset.do) void act(button);
  });

  // --- keys: arrows choose, Space (the button's own) takes it in hand, letters act

  const KEYS = { p: '[data-do="lay"]', c: '[data-do="show"]', s: '[data-do="scan"]', r: '[data-do="take"]', i: '[data-way="in"]', o: '[data-way="out"]' };
  const columns = () => getComputedStyle(tray).gridTemplateColumns.split(" ").length;

  const move = (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns(), ArrowDown: columns() }[event.key];
    const from = things.indexOf(document.activeElement);
    if (!step || (from < 0 && document.activeElement !== document.body)) return;
    const to = from < 0 ? 0 : from + step;
    event.preventDefault();
    if (!things[to]) return;
    for (const thing of things) thing.tabIndex = thing === things[to] ? 0 : -1;
    things[to].focus();
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "Escape" && !at("screen").hidden) { showScreen(false); return; }
    if (event.key.startsWith("Arrow")) { move(event); return; }
    const key = event.key.toLowerCase();
    const button = key in KEYS && document.querySelector(KEYS[key]);
    if (!button || button.disabled || event.repeat) return;
    // A chosen thing that is not in hand yet is taken in hand on the way.
    const focused = document.activeElement;
    if ("pcsr".includes(key) && focused && focused.dataset.thing && focused.dataset.thing !== hand) choose(focused);
    button.classList.add("pressed");
    setTimeout(() => button.classList.remove("pressed"), 160);
    void act(button);
  });

  // --- drawing

  const drawThings = () => {
    for (const button of things) {
      const thing = state && state.things.find((one) => one.key === button.dataset.thing);
      if (!thing) continue;
      button.classList.toggle("away", Boolean(thing.place));
      const held = button.dataset.thing === hand && !thing.place;
      const note = button.querySelector("span");
      const text = held ? tray.dataset.hand : thing.note;
      if (note.textContent !== text) note.textContent = text;
    }
  };

  const drawLock = (group, thing) => {
    const lock = node("g", { class: thing.armed === false ? "lock off" : "lock", transform: "translate(26.500 61)" }, group);
    node("rect", { width: 42, height: 19, rx: 3 }, lock);
    node("path", { d: thing.armed ? "M7.500 9V6.500a3 3 0 0 1 6 0V9" : "M7.500 9V5.500a3 3 0 0 1 5.800-1" }, lock);
    node("path", { class: "body", d: "M5 9h11v7H5z" }, lock);
    node("text", { x: 22, y: 14 }, lock).textContent = thing.afi;
  };

  const drawPad = () => {
    const lying = at("lying");
    const there = new Map([...lying.children].map((child) => [child.dataset.key, child]));
    const taken = new Set([...there.values()].map((child) => Number(child.dataset.slot)));
    for (const [key, child] of there) if (!state.pad.some((thing) => thing.key === key)) { child.remove(); taken.delete(Number(child.dataset.slot)); }
    for (const thing of state.pad) {
      const mark = `${thing.armed}${thing.afi}`;
      let group = there.get(thing.key);
      if (group && group.dataset.mark === mark) continue;
      let slot = group ? Number(group.dataset.slot) : 0;
      if (!group) {
        while (taken.has(slot)) slot += 1;
        taken.add(slot);
        const [x, y, turn] = SLOTS[slot % SLOTS.length];
        const nudge = 14 * Math.floor(slot / SLOTS.length);
        group = node("g", { class: "lying", transform: `translate(${x + nudge} ${y + nudge}) scale(${ON_PAD}) rotate(${turn} 48 46)` }, lying);
        group.dataset.key = thing.key;
        group.dataset.slot = slot;
      }
      group.dataset.mark = mark;
      group.replaceChildren();
      group.classList.toggle("tagged", thing.armed !== null);
      node("use", { href: `#art-${thing.key}`, width: 96, height: 92 }, group);
      if (thing.armed !== null) drawLock(group, thing);
    }
  };

  const drawRoom = () => {
    const room = at("room");
    const wanted = Math.min(state.inside, ROOM.length);
    while (room.childElementCount > wanted) room.lastElementChild.remove();
    while (room.childElementCount < wanted) {
      const [x, y, turn] = ROOM[room.childElementCount];
      const who = node("g", { class: "person", transform: `translate(${x} ${y}) rotate(${turn})` }, room);
      node("use", { href: "#person", x: -26, y: -14, width: 52, height: 28 }, who);
    }
    at("trolley").classList.toggle("there", state.blocked);
    for (const beam of document.querySelectorAll(".beam")) beam.classList.toggle("cut", state.blocked);
    const block = at("block");
    block.dataset.way = state.blocked ? "unblock" : "block";
    block.textContent = state.blocked ? block.dataset.unblock : block.dataset.block;
    for (const button of document.querySelectorAll('[data-do="walk"]')) if (button !== block) button.disabled = state.blocked;
  };

  const drawCables = () => {
    for (const cable of state.cables) {
      const button = document.querySelector(`.cable[data-name="${cable.name}"]`);
      button.dataset.plug = cable.plug;
      const label = button.querySelector(".zc");
      if (label.textContent !== cable.label) label.textContent = cable.label;
      button.setAttribute("aria-label", cable.action);
    }
    const all = at("all-cables");
    all.textContent = state.all_in ? all.dataset.pull : all.dataset.plug;
  };

  let pictures = 0;
  const drawCamera = (again) => {
    const image = at("camera");
    at("no-picture").hidden = state.camera;
    if (state.camera && (image.hidden || again)) { pictures += 1; image.src = `/camera.mjpg?${pictures}`; }
    if (!state.camera) image.removeAttribute("src");
    image.hidden = !state.camera;
  };
  at("camera").addEventListener("error", () => { if (state && state.camera) setTimeout(() => drawCamera(true), 500); });

  const write = (id, text) => { if (at(id).textContent !== text) at(id).textContent = text; };

  const draw = () => {
    write("door-totals", state.door);
    write("kiosk-line", state.kiosk);
    write("pad-line", state.pad_line);
    write("cables-line", state.cables_line);
    write("troubles-line", state.troubles_line);
    drawThings();
    drawPad();
    drawRoom();
    drawCables();
    drawCamera(false);
    for (const chip of document.querySelectorAll(".chipb[aria-pressed]")) chip.setAttribute("aria-pressed", String(state.troubles.includes(chip.dataset.name)));
  };

  // --- people walk one after another, as in the emulator

  let free = 0;
  const walk = (way) => {
    const ways = way === "three" ? ["in", "in", "in"] : [way];
    for (const one of ways) {
      if (one === "block" || one === "unblock") continue;
      const now = performance.now();
      const start = Math.max(now, free);
      free = start + (way === "three" ? 700 : 1200);
      setTimeout(() => {
        const who = node("g", { class: `walker ${one}` }, at("walkers"));
        node("use", { href: "#person", x: -26, y: -14, width: 52, height: 28 }, who);
        who.addEventListener("animationend", () => who.remove());
      }, start - now);
    }
  };

  // --- what the server says

  const line = (parts, warn) => {
    const item = document.createElement("li");
    if (warn) item.className = "warn";
    for (const [tag, name, text] of parts) {
      const part = document.createElement(tag);
      if (name) part.className = name;
      part.textContent = text;
      item.append(part);
    }
    return item;
  };

  const addLines = (lines) => {
    const log = at("log");
    if (lines.length) for (const none of log.querySelectorAll(".none")) none.remove();
    for (const one of lines) {
      const item = line([["time", "", one.time], ["span", "lv", one.source], ["span", "", one.text]], one.warn);
      item.classList.add("fresh");
      log.prepend(item);
      if (one.warn) at("spoken").textContent = `${one.source}: ${one.text}`;
    }
    while (log.childElementCount > LOG_LINES) log.lastElementChild.remove();
  };

  const showFrames = (frames) => {
    const list = at("frames");
    const items = frames.map((one) => line([["time", "", one.time], ["span", "lv", one.name], ["span", "host", one.host], ["span", "reader", one.reader]]));
    const none = line([["span", "", list.dataset.empty]]);
    none.className = "none";
    for (const part of items.flatMap((item) => [...item.children])) part.title = part.textContent;
    list.replaceChildren(...(items.length ? items : [none]));
  };

  let source = null;
  const listen = () => {
    if (source) source.close();
    let first = true;
    source = new EventSource(at("hex").getAttribute("aria-pressed") === "true" ? "/events?frames=1" : "/events");
    const live = (on) => {
      at("live").classList.toggle("off", !on);
      at("live").lastElementChild.textContent = on ? at("live").dataset.on : at("live").dataset.off;
    };
    source.addEventListener("open", () => { live(true); first = true; });
    source.addEventListener("error", () => live(false));
    source.addEventListener("state", (event) => { state = JSON.parse(event.data); draw(); });
    source.addEventListener("log", (event) => {
      const lines = JSON.parse(event.data);
      if (first && lines.length) at("log").replaceChildren();
      first = false;
      addLines(lines);
    });
    source.addEventListener("frames", (event) => showFrames(JSON.parse(event.data)));
  };

  at("hex").addEventListener("click", () => {
    const on = at("hex").getAttribute("aria-pressed") !== "true";
    at("hex").setAttribute("aria-pressed", String(on));
    at("log").hidden = on;
    at("frames").hidden = !on;
    listen();
  });

  // --- the kiosk's screen, once a second while it is shown

  let screenTimer = 0;
  const nextPicture = () => { at("kiosk").src = `/kiosk.png?${Date.now()}`; };
  const again = (works) => {
    at("no-kiosk").hidden = works;
    clearTimeout(screenTimer);
    if (!at("screen").hidden) screenTimer = setTimeout(nextPicture, PICTURE_MS);
  };
  at("kiosk").addEventListener("load", () => again(true));
  at("kiosk").addEventListener("error", () => again(false));
  const showScreen = (on) => {
    at("screen").hidden = !on;
    at("under").classList.toggle("with-screen", on);
    at("to-kiosk").setAttribute("aria-expanded", String(on));
    if (on) { nextPicture(); at("close-kiosk").focus(); } else { clearTimeout(screenTimer); at("to-kiosk").focus(); }
  };
  at("to-kiosk").addEventListener("click", () => showScreen(at("screen").hidden));
  at("size").addEventListener("click", () => {
    at("size").setAttribute("aria-pressed", String(at("screen").classList.toggle("large")));
  });
  at("close-kiosk").addEventListener("click", () => showScreen(false));

  listen();
})();
