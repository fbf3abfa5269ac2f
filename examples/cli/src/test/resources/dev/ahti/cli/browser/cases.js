// Each case is named by the test, talks to the path of its own name, throws when something is
// wrong, and returns one line that the test compares with what its server saw.

const encode = (text) => new TextEncoder().encode(text);
const decode = (bytes) => new TextDecoder().decode(bytes);

function check(condition, message) {
  if (!condition) throw new Error(message);
}

function equal(actual, expected, what) {
  check(actual === expected, `${what}: ${JSON.stringify(actual)} (expected: ${JSON.stringify(expected)})`);
}

async function readBytes(readable) {
  const reader = readable.getReader();
  const chunks = [];
  let length = 0;
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    chunks.push(value);
    length += value.byteLength;
  }
  const all = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.byteLength;
  }
  return all;
}

const readText = async (readable) => decode(await readBytes(readable));

async function writeText(writable, text) {
  const writer = writable.getWriter();
  await Promise.all([writer.write(encode(text)), writer.close()]);
}

/** For a server that closes when it has read this: the session may be over before all is acknowledged. */
const writeLastWords = (writable, text) => writeText(writable, text).catch(() => {});

async function take(readable) {
  const reader = readable.getReader();
  const { value, done } = await reader.read();
  reader.releaseLock();
  check(!done, "the stream ended early");
  return value;
}

/** A stream error with a code: the constructor's arguments differ between drafts of the API. */
function streamError(code) {
  try {
    const error = new WebTransportError("a test", { source: "stream", streamErrorCode: code });
    if (error.streamErrorCode === code) return error;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
  return new WebTransportError({ message: "a test", streamErrorCode: code });
}

async function failure(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("it succeeded (expected: a failure)");
}

async function sha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Bytes that do not repeat within a packet or a window, the same in each run (xorshift32). */
function pseudoRandom(length) {
  const words = new Uint32Array(length / 4);
  let state = 0x9e3779b9;
  for (let i = 0; i < words.length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[i] = state;
  }
  return new Uint8Array(words.buffer);
}

/** What comes back of a stream of each kind, and of a datagram. */
async function echoOf(context, path) {
  const session = await context.session(path);
  const stream = await session.createBidirectionalStream();
  await writeText(stream.writable, "hello");
  const both = await readText(stream.readable);
  await writeText(await session.createUnidirectionalStream(), "one way");
  const one = await readText(await take(session.incomingUnidirectionalStreams));
  const writer = session.datagrams.writable.getWriter();
  const send = () => writer.write(encode("small")).catch(() => clearInterval(timer));
  // A datagram may be lost even here.
  const timer = setInterval(send, 100);
  send();
  const datagram = decode(await take(session.datagrams.readable).finally(() => clearInterval(timer)));
  return `${both}, ${one}, ${datagram}`;
}

async function until(what, condition) {
  const giveUp = performance.now() + 10_000;
  while (!condition()) {
    check(performance.now() < giveUp, `waited 10 s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** How the server closed a session; null where the browser lost that, and may. */
async function closedByServer(context, session) {
  try {
    return await session.closed;
  } catch (error) {
    if (context.config.closes === 1 || error.source !== "session" || error.message !== "Connection lost.") throw error;
    return null;
  }
}

export const cases = {
  async connect(context) {
    await context.session("/connect");
    return "ready";
  },

  async "bidirectional-echo"(context) {
    const session = await context.session("/bidirectional-echo");
    const stream = await session.createBidirectionalStream();
    const [answer] = await Promise.all([readText(stream.readable), writeText(stream.writable, "Hello, Ahti")]);
    return answer;
  },

  async "unidirectional-pair"(context) {
    const session = await context.session("/unidirectional-pair");
    await writeText(await session.createUnidirectionalStream(), "one way");
    return readText(await take(session.incomingUnidirectionalStreams));
  },

  handler: (context) => echoOf(context, "/handler"),

  actor: (context) => echoOf(context, "/actor"),

  async "server-opened"(context) {
    const session = await context.session("/server-opened");
    const stream = await take(session.incomingBidirectionalStreams);
    const text = await readText(stream.readable);
    await writeLastWords(stream.writable, `the page read: ${text}`);
    await closedByServer(context, session); // when it has the answer
    return text;
  },

  async datagrams(context) {
    const session = await context.session("/datagrams");
    const { readable, writable } = session.datagrams;
    const reader = readable.getReader();
    const writer = writable.getWriter();
    const missing = new Set(Array.from({ length: 20 }, (_, i) => `page ${i}`));
    let unasked = 0;
    const reading = (async () => {
      while (missing.size || !unasked) {
        const { value, done } = await reader.read();
        check(!done, "datagrams ended early");
        const text = decode(value);
        if (text.startsWith("server ")) unasked++;
        else missing.delete(text);
      }
    })();
    // A datagram may be lost even here; what has not come back is sent again.
    const timer = setInterval(send, 100);
    function send() {
      for (const text of missing) writer.write(encode(text)).catch(() => clearInterval(timer));
    }
    send();
    await reading.finally(() => clearInterval(timer));
    return "both ways";
  },

  async bulk(context) {
    const session = await context.session("/bulk");
    const bytes = pseudoRandom(context.config.bulkBytes);
    const stream = await session.createBidirectionalStream();
    const sending = (async () => {
      const writer = stream.writable.getWriter();
      for (let at = 0; at < bytes.length; at += 1 << 16) {
        await writer.ready;
        await writer.write(bytes.subarray(at, at + (1 << 16)));
      }
      await writer.close();
    })();
    const [echo] = await Promise.all([readBytes(stream.readable), sending]);
    equal(echo.length, bytes.length, "bytes");
    const hash = await sha256(bytes);
    equal(await sha256(echo), hash, "SHA-256 of what came back");
    return hash;
  },

  async "page-aborts"(context) {
    const session = await context.session("/page-aborts");
    const stream = await session.createBidirectionalStream();
    const writer = stream.writable.getWriter();
    await writer.write(encode("to be aborted"));
    equal(decode(await take(stream.readable)), "got it", "the server's word");
    await writer.abort(streamError(42));
    return readText(stream.readable); // the server tells what it saw
  },

  async "server-resets"(context) {
    const session = await context.session("/server-resets");
    const stream = await session.createBidirectionalStream();
    await writeText(stream.writable, "reset me");
    // With a read under way, Firefox fails it with a TypeError that has no code.
    const error = await failure(stream.readable.getReader().closed);
    check(error instanceof WebTransportError, `${error}`);
    equal(error.source, "stream", "source");
    return `reset ${error.streamErrorCode}`;
  },

  async "page-cancels"(context) {
    const session = await context.session("/page-cancels");
    const stream = await session.createBidirectionalStream();
    await writeText(stream.writable, "send without end");
    await take(stream.readable);
    await stream.readable.cancel(streamError(44));
    if (context.config.cancelSendsStop) {
      equal(await readText(await take(session.incomingUnidirectionalStreams)), "stopped", "the server's word");
    }
    return "cancelled";
  },

  async "page-closes"(context) {
    const session = await context.session("/page-closes");
    session.close({ closeCode: 4321, reason: "näkemiin" });
    const { closeCode, reason } = await session.closed;
    return `${closeCode} ${reason}`;
  },

  async "server-closes"(context) {
    for (let left = context.config.closes; left > 0; left--) {
      const session = await context.session("/server-closes");
      await writeLastWords(await session.createUnidirectionalStream(), "close, please");
      const info = await closedByServer(context, session);
      if (info) return `${info.closeCode} ${info.reason}`;
    }
    throw new Error("the browser lost every close");
  },

  async "wrong-hash"(context) {
    const session = context.transport("/wrong-hash", "00".repeat(32));
    const error = await failure(session.ready);
    await failure(session.closed);
    check(error instanceof WebTransportError, `${error}`);
    return error.source;
  },

  async protocol(context) {
    const protocols = ["ahti.v2", "ahti.v1"];
    const session = context.transport("/protocol", context.config.certificateHash, { protocols });
    await session.ready;
    return session.protocol || "none";
  },

  async "two-streams"(context) {
    const session = await context.session("/two-streams");
    const [first, second] = [await session.createBidirectionalStream(), await session.createBidirectionalStream()];
    const writers = [first.writable.getWriter(), second.writable.getWriter()];
    // The second is answered while the first is only half written, then the other way round.
    await writers[0].write(encode("fir"));
    await writers[1].write(encode("second"));
    await writers[1].close();
    equal(await readText(second.readable), "second", "the second stream");
    await writers[0].write(encode("st"));
    await writers[0].close();
    return readText(first.readable);
  },

  async "demo-page"() {
    const frame = document.createElement("iframe");
    frame.width = 1200;
    frame.height = 900;
    frame.src = "/demo/";
    document.body.append(frame);
    await new Promise((resolve) => (frame.onload = resolve));
    const page = frame.contentDocument;
    const element = (id) => page.getElementById(id);
    const state = (wanted) => until(`state ${wanted}`, () => page.documentElement.dataset.state === wanted);
    const logged = (kind, text) =>
      until(text, () => Array.from(element("log").querySelectorAll(`[data-kind=${kind}]`), (line) => line.textContent).some((line) => line.includes(text)));

    await state("connected");
    element("message").value = "from the demo page";
    element("send-bidi").click();
    await logged("received", "bidirectional stream 1: “from the demo page”");
    element("send-uni").click();
    await logged("received", "unidirectional stream from the server: “from the demo page”");
    // A datagram may get lost, and nobody sends it again.
    const again = setInterval(() => element("send-datagram").click(), 500);
    element("send-datagram").click();
    await logged("received", "datagram: “ping”").finally(() => clearInterval(again));
    await until("points in the plot", () => Number(element("plot").dataset.points) >= 5);
    await until("a median", () => element("rtt-median").textContent.endsWith(" ms"));
    element("close-code").value = "7";
    element("close-reason").value = "seen enough";
    element("close").click();
    await state("closed");
    await logged("session", "closed by this page, code 7, reason “seen enough”");
    check(element("send-bidi").disabled, "the buttons of a closed session can be pressed");

    const endpoint = async (path) => {
      element("endpoint").value = path;
      element("endpoint").dispatchEvent(new frame.contentWindow.Event("change"));
      element("clear-log").click();
      element("connect").click();
      await logged("session", `${path}`);
    };
    await endpoint("/push");
    await logged("received", "bidirectional stream from the server: “hello from the server");
    await logged("received", "unidirectional stream from the server: “stream 0”");
    await logged("received", "datagram: “datagram");
    await endpoint("/sink");
    element("message").value = "seven 7";
    element("send-bidi").click();
    await logged("received", "bidirectional stream 1: “7”");
    element("bytes").value = "100000";
    await endpoint("/source");
    await logged("received", "100,000 bytes in ");
    const errors = Array.from(element("log").querySelectorAll("[data-kind=error]"), (line) => line.textContent);
    equal(errors.join("; "), "", "errors in the log");
    frame.remove();
    return "the demo page works";
  },
};
