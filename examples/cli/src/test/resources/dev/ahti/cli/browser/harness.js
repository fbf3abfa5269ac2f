// Runs the cases that the test names, one after another, and posts each outcome to the test.
import { cases } from "./cases.js";

const strays = [];
addEventListener("unhandledrejection", (event) => strays.push(`unhandled rejection: ${event.reason}`));
addEventListener("error", (event) => strays.push(`error: ${event.message}`));

async function post(path, body) {
  const answer = await fetch(path, { method: "POST", body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${path}: status ${answer.status}`);
}

function within(millis, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done within ${millis} ms`)), millis);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

const hexToBytes = (hex) => Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));

/** What a case works with; ends every session that the case opened, however the case went. */
class Context {
  transports = [];

  constructor(config) {
    this.config = config;
  }

  /** A session to a path of the server under test; not yet ready. */
  transport(path, hash = this.config.certificateHash, more = {}) {
    const options = { serverCertificateHashes: [{ algorithm: "sha-256", value: hexToBytes(hash) }], ...more };
    const transport = new WebTransport(this.config.url + path, options);
    // A case looks at the promise that it is about; the other must not count as unhandled.
    for (const promise of [transport.ready, transport.closed]) promise.catch(() => undefined);
    this.transports.push(transport);
    return transport;
  }

  async session(path) {
    const transport = this.transport(path);
    await transport.ready;
    return transport;
  }

  close() {
    for (const transport of this.transports) transport.close();
  }
}

async function run(config, name) {
  const started = performance.now();
  const context = new Context(config);
  const outcome = { name, passed: true, detail: "" };
  try {
    if (!(name in cases)) throw new Error("cases.js has no such case");
    outcome.detail = await within(config.caseMillis, cases[name](context));
  } catch (error) {
    outcome.passed = false;
    outcome.detail = `${error}\n${error?.stack ?? ""}`;
  } finally {
    context.close();
  }
  await post("/outcome", { ...outcome, millis: Math.round(performance.now() - started) });
}

const config = await (await fetch("/config.json")).json();
for (const name of config.cases) await run(config, name);
await post("/end", { userAgent: navigator.userAgent, strays });
