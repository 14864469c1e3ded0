// The least of four wire protocols that makes real clients believe they talk to a server, which then answers in errors.
import { BSON } from 'mongodb';

import { tcp } from './servers.mjs';

/** Collects bytes and hands each whole message to `take`; `lengthOf` says how long the one at the head is. */
function messages(socket, lengthOf, take) {
  let bytes = Buffer.alloc(0);
  socket.on('data', (more) => {
    bytes = Buffer.concat([bytes, more]);
    for (let length = lengthOf(bytes); length > 0 && bytes.length >= length; length = lengthOf(bytes)) {
      const message = bytes.subarray(0, length);
      bytes = bytes.subarray(length);
      take(message);
    }
  });
}

const uint32 = (value) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

/** PostgreSQL: the connection, or else each query, ends in the error of this SQLSTATE. */
export const postgres = (sqlstate, { atLogin = false, text = 'as told', severity = 'ERROR' } = {}) => {
  const packet = (type, body) => Buffer.concat([Buffer.from(type), uint32(body.length + 4), body]);
  const failure = packet('E', Buffer.from(`S${severity}\0V${severity}\0C${sqlstate}\0M${text}\0\0`));
  const ready = packet('Z', Buffer.from('I'));
  return tcp((socket) => {
    let greeted = false;
    const lengthOf = (bytes) => (bytes.length < 5 ? 0 : greeted ? bytes.readUInt32BE(1) + 1 : bytes.readUInt32BE(0));
    messages(socket, lengthOf, (message) => {
      if (!greeted) {
        greeted = true;
        if (atLogin) socket.end(failure);
        else socket.write(Buffer.concat([packet('R', uint32(0)), ready]));
      } else if (message[0] === 'Q'.charCodeAt(0)) {
        socket.write(Buffer.concat([failure, ready]));
      }
    });
  });
};

/** MySQL: the login, or else each query, ends in the error of this number. */
export const mysql = (number, sqlstate, { atLogin = false, text = 'as told' } = {}) => {
  const packet = (sequence, body) => {
    const head = Buffer.alloc(4);
    head.writeUIntLE(body.length, 0, 3);
    head[3] = sequence;
    return Buffer.concat([head, body]);
  };
  const failure = Buffer.from([0xff, number & 0xff, number >> 8, ...Buffer.from(`#${sqlstate}${text}`)]);
  const fine = Buffer.from([0, 0, 0, 2, 0, 0, 0]);
  const greeting = Buffer.concat([
    Buffer.from([10]),
    Buffer.from('8.0.0\0'),
    Buffer.from([1, 0, 0, 0]),
    Buffer.from('saltsalt\0'),
    Buffer.from([0xff, 0xf7, 33, 2, 0, 0x08, 0x80, 21]), // without SSL, with plugins and long salts
    Buffer.alloc(10),
    Buffer.from('saltsaltsalt\0'),
    Buffer.from('mysql_native_password\0'),
  ]);
  return tcp((socket) => {
    let greeted = false;
    socket.write(packet(0, greeting));
    const lengthOf = (bytes) => (bytes.length < 4 ? 0 : bytes.readUIntLE(0, 3) + 4);
    messages(socket, lengthOf, (message) => {
      const failing = greeted || atLogin;
      socket.write(packet(message[3] + 1, failing ? failure : fine));
      greeted = true;
    });
  });
};

/** Redis and Valkey: `GET` is answered with this error, everything else is fine. */
export const redis = (error) =>
  tcp((socket) => {
    socket.on('data', (bytes) => {
      const commands = bytes
        .toString()
        .split(/^\*\d+\r\n/m)
        .slice(1);
      socket.write(commands.map((command) => (/\r\nget\r\n/i.test(command) ? `-${error}\r\n` : '+OK\r\n')).join(''));
    });
  });

/** MongoDB: every command but the greeting is answered with this document. */
export const mongo = (answer) => {
  const hello = { ok: 1, helloOk: true, isWritablePrimary: true, minWireVersion: 0, maxWireVersion: 21 };
  return tcp((socket) => {
    const reply = (request, opcode, head, document) => {
      const body = Buffer.concat([head, Buffer.from(BSON.serialize(document))]);
      const header = Buffer.alloc(16);
      header.writeInt32LE(body.length + 16, 0);
      header.writeInt32LE(request.readInt32LE(4), 8);
      header.writeInt32LE(opcode, 12);
      socket.write(Buffer.concat([header, body]));
    };
    messages(
      socket,
      (bytes) => (bytes.length < 4 ? 0 : bytes.readInt32LE(0)),
      (request) => {
        if (request.readInt32LE(12) === 2004) {
          const head = Buffer.alloc(20); // flags, cursor and position are 0
          head.writeInt32LE(1, 16);
          reply(request, 1, head, hello);
        } else {
          const command = BSON.deserialize(request.subarray(21));
          reply(request, 2013, Buffer.alloc(5), 'hello' in command || 'endSessions' in command ? hello : answer);
        }
      },
    );
  });
};
