// A receiver of the mocapbridge link for Node.js, written from docs/link-protocol.md alone.
//
// Prints the port it listens on; when its input ends, a line of JSON for each frame it showed.
"use strict";
const dgram = require("node:dgram");

const parts = new Map();
const descriptions = new Map();
const frames = [];
let lastId = -1n;
let malformed = 0;

function crc32(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

// Reads fields one after another; Buffer's own methods throw where the bytes end.
class Fields {
  constructor(bytes) { this.bytes = bytes; this.at = 0; }
  take(method, size) { const value = this.bytes[method](this.at); this.at += size; return value; }
  u8() { return this.take("readUInt8", 1); }
  u16() { return this.take("readUInt16LE", 2); }
  i16() { return this.take("readInt16LE", 2); }
  u32() { return this.take("readUInt32LE", 4); }
  u64() { return this.take("readBigUInt64LE", 8); }
  f32() { return this.take("readFloatLE", 4); }
  skip(size) { this.at += size; }
  raw(size) {
    if (this.at + size > this.bytes.length) throw new RangeError("cut short");
    this.at += size;
    return this.bytes.subarray(this.at - size, this.at);
  }
  text() { return this.raw(this.u8()).toString("utf8"); }
  vector() { return [this.f32(), this.f32(), this.f32()]; }
  quaternion() {
    const q = [this.i16(), this.i16(), this.i16(), this.i16()];
    const length = Math.hypot(...q);
    return q.map((part) => part / length);
  }
}

function multiply([aw, ax, ay, az], [bw, bx, by, bz]) {
  return [
    aw * bw - ax * bx - ay * by - az * bz,
    aw * bx + ax * bw + ay * bz - az * by,
    aw * by - ax * bz + ay * bw + az * bx,
    aw * bz + ax * by - ay * bx + az * bw,
  ];
}

function turned(q, v) {
  const [, x, y, z] = multiply(multiply(q, [0, ...v]), [q[0], -q[1], -q[2], -q[3]]);
  return [x, y, z];
}

function takePart(fields, key) {
  const hash = fields.u32(), index = fields.u8(), count = fields.u8();
  const chunk = fields.raw(fields.u16());
  const id = `${key}/${hash}`;
  if (descriptions.has(id)) return;
  if (!parts.has(id)) parts.set(id, new Map());
  parts.get(id).set(index, Buffer.from(chunk));
  if (parts.get(id).size < count) return;
  const whole = Buffer.concat([...Array(count).keys()].map((part) => parts.get(id).get(part)));
  if (crc32(whole) !== hash) throw new RangeError("the description has another hash");
  descriptions.set(id, describe(new Fields(whole)));
}

function describe(fields) {
  const rate = fields.u32() / fields.u32();
  fields.u8();
  const jointCount = fields.u8(), shapeCount = fields.u8();
  const joints = [];
  for (let joint = 0; joint < jointCount; joint++)
    joints.push({ parent: fields.u8(), offset: fields.vector(), name: fields.text() });
  const shapes = [];
  for (let shape = 0; shape < shapeCount; shape++) shapes.push(fields.text());
  return { rate, joints, shapes };
}

function takeFrame(fields, key) {
  const description = descriptions.get(`${key}/${fields.u32()}`);
  const id = fields.u64();
  if (description === undefined || id <= lastId) return;
  fields.skip(8 + 8 + 4 + 1 + 1 + 1 + 1);
  const root = fields.vector();
  const head = fields.quaternion();
  fields.skip(4 * 3 + 4 * 4);
  if (fields.u8() !== description.joints.length) throw new RangeError("other joints");
  if (fields.u8() !== description.shapes.length) throw new RangeError("other shapes");
  const inWorld = [], places = {};
  const positions = description.joints.map(({ parent, offset, name }, joint) => {
    const rotation = fields.quaternion();
    inWorld[joint] = parent === 255 ? rotation : multiply(inWorld[parent], rotation);
    places[name] = parent === 255
      ? root
      : turned(inWorld[parent], offset).map((part, axis) => part + places[
          description.joints[parent].name][axis]);
    return places[name];
  });
  fields.skip(positions.length);
  const weights = {};
  for (const name of description.shapes) weights[name] = fields.u16() / 65535;
  lastId = id;
  const looks = turned(head, [0, 0, 1]);
  frames.push({
    id: Number(id),
    wrist: places.leftHand[1] - places.rightHand[1],
    step: places.hips[0],
    smile: weights.mouthSmileLeft,
    turn: Math.atan2(looks[0], looks[2]),
  });
}

const receiver = dgram.createSocket({ type: "udp4", recvBufferSize: 1 << 21 });
receiver.on("message", (bytes) => {
  try {
    const fields = new Fields(bytes);
    if (fields.raw(4).toString("latin1") !== "MCBL" || fields.u8() !== 1) return;
    fields.u8();
    const kind = fields.u8(), subjectLength = fields.u8(), session = fields.u64();
    fields.u32();
    const key = `${session}/${fields.raw(subjectLength).toString("utf8")}`;
    if (kind === 1) takePart(fields, key);
    if (kind === 2) takeFrame(fields, key);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    malformed += 1;
  }
});
receiver.bind(0, "127.0.0.1", () => console.log(receiver.address().port));
process.stdin.resume();
process.stdin.on("end", () => {
  for (const frame of frames) console.log(JSON.stringify(frame));
  receiver.close();
  process.exitCode = malformed ? 1 : 0;
});
