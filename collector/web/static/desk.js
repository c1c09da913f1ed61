// Keeps the page true while it is open. Without this file the page is complete, as of the moment it was loaded.
// The server says only *that* something changed; the page is then fetched again and its live parts are exchanged.
"use strict";

(() => {
  const sign = document.querySelector(".live");
  if (!sign || !window.EventSource) return;
  const word = sign.querySelector(".word");
  let paused = false;
  let busy = false;
  let again = false;

  const time = () => {
    const parts = new Intl.DateTimeFormat("en-GB", {
      hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: sign.dataset.zone,
    });
    return parts.format(new Date()).replace(":", ".");
  };

  const show = (state) => {
    if (sign.dataset.sign === state) return;
    sign.dataset.sign = state;
    const text = sign.dataset[state] || "";
    word.textContent = text.replace("{since}", time());
    sign.title = paused ? sign.dataset.resume : sign.dataset.pause;
    sign.setAttribute("aria-pressed", String(paused));
  };

  const say = (text) => {
    const place = document.getElementById("spoken");
    if (place) place.textContent = text;
  };

  const announced = (root) => new Set([...root.querySelectorAll("[data-announce]")].map((e) => e.textContent.trim()));

  const exchange = (fresh) => {
    const before = announced(document);
    for (const part of document.querySelectorAll("[data-live]")) {
      const next = fresh.querySelector(`[data-live="${CSS.escape(part.dataset.live)}"]`);
      if (!next || next.innerHTML === part.innerHTML) continue;
      const open = [...part.querySelectorAll("details")].map((d) => d.open);
      const links = [...part.querySelectorAll("a, summary")];
      const focus = links.indexOf(document.activeElement);
      const numbers = [...part.querySelectorAll("[data-number]")].map((n) => n.textContent);
      part.innerHTML = next.innerHTML;
      part.querySelectorAll("details").forEach((d, i) => { d.open = Boolean(open[i]); });
      part.querySelectorAll("[data-number]").forEach((n, i) => {
        if (i < numbers.length && numbers[i] !== n.textContent) n.classList.add("changed");
      });
      if (focus >= 0) {
        const again = part.querySelectorAll("a, summary")[focus];
        if (again) again.focus({ preventScroll: true });
      }
    }
    for (const text of announced(document)) if (!before.has(text)) { say(text); break; }
  };

  const refresh = async () => {
    if (paused) return;
    if (busy) { again = true; return; }
    busy = true;
    try {
      const answer = await fetch(location.href, { cache: "no-store" });
      if (answer.ok) {
        exchange(new DOMParser().parseFromString(await answer.text(), "text/html"));
      }
    } catch (error) {
      show("stale");
    } finally {
      busy = false;
      if (again) { again = false; refresh(); }
    }
  };

  sign.addEventListener("click", () => {
    paused = !paused;
    show(paused ? "paused" : "on");
    if (!paused) refresh();
  });

  const connect = () => {
    const stream = new EventSource("/events");
    stream.addEventListener("open", () => { if (!paused) show("on"); refresh(); });
    stream.addEventListener("change", refresh);
    stream.addEventListener("tick", refresh);
    stream.addEventListener("error", () => {
      if (!paused) show("stale");
      // The browser tries again by itself, except after some answers; a desk that restarts must be found again.
      if (stream.readyState === EventSource.CLOSED) setTimeout(connect, 5000);
    });
  };
  connect();
})();
