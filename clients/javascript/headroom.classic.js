// Written by `python -m scripts.generate_client` from headroom.js.
(function (global) {
  "use strict";
  /**
   * Reports use of features from a page to Headroom. No dependencies, no cookies, no API key.
   *
   *   import { createHeadroom } from "./headroom.js";
   *   const headroom = createHeadroom({
   *     url: "https://seats.example.com",
   *     member: "u-1042",                                   // whose events are kept apart
   *     token: () => fetch("/headroom-token").then((r) => r.json()),
   *   });
   *   headroom.track("editor");
   *
   * `token` asks your own server, which holds the API key, for `{token, expires_at}`. Events wait in
   * localStorage until the server has them: a page that is closed, offline or reloaded loses nothing.
   * Id and time of an event are fixed when it is tracked; by them the server counts it once.
   */

  const EVENTS_AT_ONCE = 100;
  const BYTES_AT_ONCE = 60000;
  const OLDEST = 7 * 24 * 3600 * 1000;
  // A page that wrote nothing for so long is gone: another one takes its events along.
  const GONE_AFTER = 30000;
  const LONGEST_PAUSE = 60000;
  // A token is not begun to be used in its last seconds.
  const SPARE = 15000;

  /**
   * @param {object} options
   * @param {string} options.url The address of Headroom.
   * @param {string} options.member Who is signed in: any text that is theirs alone.
   * @param {() => Promise<{token: string, expires_at?: string} | string>} options.token
   * @param {number} [options.every] Milliseconds that events may wait to be sent together.
   * @param {number} [options.limit] How many events may wait; the oldest give way.
   * @param {Storage | null} [options.storage] Where they wait; null for memory alone.
   * @param {(rejected: object[]) => void} [options.onRejected] Told of events that were refused.
   */
  function createHeadroom(options) {
    const { url, member, token: askForToken } = options;
    if (!url || !member || typeof askForToken !== "function") {
      throw new TypeError("createHeadroom needs url, member and token.");
    }
    const address = `${String(url).replace(/\/+$/, "")}/api/v1/browser/events`;
    const every = options.every ?? 5000;
    const limit = options.limit ?? 1000;
    const storage = options.storage === undefined ? usableStorage() : options.storage;
    const prefix = `headroom:${member}:`;
    const own = prefix + randomId();

    let waiting = [];
    let token = "";
    let tokenEnds = 0;
    let timer = 0;
    let sending = null;
    let failures = 0;
    let notBefore = 0;
    let isClosed = false;

    function keep() {
      if (!storage) return;
      try {
        if (waiting.length) storage.setItem(own, JSON.stringify({ beat: Date.now(), waiting }));
        else storage.removeItem(own);
      } catch {
        // Full or forbidden: the events stay in memory.
      }
    }

    /** Takes the events of pages of the same person that are gone. Twice is once for the server. */
    function adopt() {
      if (!storage) return;
      try {
        const names = Array.from({ length: storage.length }, (_, index) => storage.key(index));
        for (const name of names) {
          if (!name || !name.startsWith(prefix) || name === own) continue;
          const left = JSON.parse(storage.getItem(name) || "{}");
          if (Date.now() - (left.beat || 0) < GONE_AFTER) continue;
          storage.removeItem(name);
          for (const event of left.waiting || []) {
            if (Date.now() - Date.parse(event.at) < OLDEST) waiting.push(event);
          }
        }
        waiting = waiting.slice(-limit);
        keep();
      } catch {
        // What another page wrote cannot be read; it stays where it is.
      }
    }

    function batch() {
      const events = [];
      let bytes = 200 + token.length;
      for (const event of waiting) {
        // A character has at most three bytes here for each of JavaScript's.
        bytes += JSON.stringify(event).length * 3;
        if (events.length === EVENTS_AT_ONCE || (events.length && bytes > BYTES_AT_ONCE)) break;
        events.push(event);
      }
      return events;
    }

    function letGo(events) {
      const gone = new Set(events.map((event) => event.id));
      waiting = waiting.filter((event) => !gone.has(event.id));
      keep();
    }

    async function ensureToken() {
      if (token && Date.now() < tokenEnds - SPARE) return;
      const answer = await askForToken();
      token = typeof answer === "string" ? answer : answer.token;
      if (!token) throw new Error("There is no token.");
      const ends = Date.parse(answer.expires_at);
      tokenEnds = Number.isNaN(ends) ? Date.now() + 300000 : ends;
    }

    function pause(seconds) {
      failures += 1;
      const growing = Math.min(LONGEST_PAUSE, 1000 * 2 ** Math.min(failures, 10));
      notBefore = Date.now() + Math.max(seconds * 1000, growing * (0.5 + Math.random() / 2));
    }

    async function sendOnce() {
      await ensureToken();
      const events = batch();
      const answer = await fetch(address, {
        method: "POST",
        // A simple request: no preflight. The server reads JSON in spite of the name.
        headers: { "Content-Type": "text/plain;charset=UTF-8" },
        body: JSON.stringify({ token, events }),
        credentials: "omit",
        referrerPolicy: "no-referrer",
        keepalive: true,
      });
      if (answer.status === 202) {
        const { rejected } = await answer.json();
        letGo(events);
        failures = 0;
        if (rejected.length) {
          if (options.onRejected) options.onRejected(rejected);
          else console.warn("Headroom refused events of this page:", rejected);
        }
        return true;
      }
      if (answer.status === 401) token = "";
      if (answer.status === 400 || answer.status === 413) {
        console.warn(`Headroom cannot read what this page sends (${answer.status}).`);
        letGo(events);
        return true;
      }
      pause(Number(answer.headers.get("Retry-After")) || 0);
      return false;
    }

    async function sendAll() {
      try {
        while (waiting.length && Date.now() >= notBefore && (await sendOnce()));
      } catch {
        // Offline, or the vendor's server gave no token.
        pause(0);
      }
    }

    function flush() {
      if (!sending) {
        sending = sendAll().finally(() => {
          sending = null;
          schedule();
        });
      }
      return sending;
    }

    function schedule() {
      if (timer || isClosed || !waiting.length) return;
      timer = setTimeout(() => {
        timer = 0;
        flush();
      }, Math.max(every, notBefore - Date.now()));
    }

    function track(feature, { quantity = 1, at = new Date(), sessionId, deviceId } = {}) {
      const event = { id: randomId(), at: new Date(at).toISOString(), feature: String(feature) };
      if (quantity !== 1) event.quantity = quantity;
      if (sessionId) event.session_id = sessionId;
      if (deviceId) event.device_id = deviceId;
      waiting.push(event);
      if (waiting.length > limit) waiting = waiting.slice(-limit);
      keep();
      schedule();
    }

    /** The page may not come back: send without waiting for an answer, and keep what was sent. */
    function leave() {
      keep();
      if (!waiting.length || !token || Date.now() >= tokenEnds || !navigator.sendBeacon) return;
      const body = JSON.stringify({ token, events: batch() });
      navigator.sendBeacon(address, new Blob([body], { type: "text/plain;charset=UTF-8" }));
    }

    function onHidden() {
      if (document.visibilityState === "hidden") leave();
    }

    function onOnline() {
      notBefore = 0;
      flush();
    }

    addEventListener("pagehide", leave);
    addEventListener("online", onOnline);
    document.addEventListener("visibilitychange", onHidden);
    const beat = setInterval(() => {
      keep();
      adopt();
      schedule();
    }, GONE_AFTER / 3);

    function close() {
      isClosed = true;
      clearInterval(beat);
      clearTimeout(timer);
      removeEventListener("pagehide", leave);
      removeEventListener("online", onOnline);
      document.removeEventListener("visibilitychange", onHidden);
      leave();
    }

    adopt();
    schedule();
    return { track, flush, close, pending: () => waiting.length };
  }

  function randomId() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  function usableStorage() {
    try {
      const probe = "headroom:probe";
      localStorage.setItem(probe, "1");
      localStorage.removeItem(probe);
      return localStorage;
    } catch {
      return null;
    }
  }
  global.Headroom = { createHeadroom };
})(globalThis);
