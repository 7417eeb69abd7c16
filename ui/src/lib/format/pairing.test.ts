import { describe, expect, test } from 'vitest';
import { groupedCode, isWholeCode, pictureOf, readPairing, regrouped, wholeUrl } from './pairing';

const CODE = '7K3MQ-9XT2A-0FV4C-81BNW';

describe('a pairing code', () => {
  test.each([
    ['', ''],
    ['7', '7'],
    ['7k3mq', '7K3MQ'],
    ['7k3mq9', '7K3MQ-9'],
    ['7k3mq-', '7K3MQ'],
    ['7K3MQ 9XT2A 0FV4C 81BNW', CODE],
    ['7k3mq9xt2aofv4c8ibnw', CODE],
    ['7k3mq9xt2aofu4c8lbnw', CODE],
    ['  7K3MQ–9XT2A—0FV4C.81BNW\n', CODE],
    [`${CODE}99`, CODE],
    ['#!', ''],
  ])('%j is grouped', (typed, shown) => expect(groupedCode(typed)).toBe(shown));

  test.each([
    // typed at the end
    ['7K3MQ9', 6, '7K3MQ-9', 7],
    // a dash typed by hand changes nothing
    ['7K3MQ-', 6, '7K3MQ', 5],
    // in the middle: the caret stays behind the letter just typed
    ['7XK3MQ-9XT', 2, '7XK3M-Q9XT', 2],
    ['7K3MQX-9XT', 6, '7K3MQ-X9XT', 7],
    // deleting the first letter of a group leaves the caret before the dash
    ['7K3MQ-XT2A', 6, '7K3MQ-XT2A', 5],
    ['', 0, '', 0],
    [`${CODE}X`, 24, CODE, 23],
  ])('%j with the caret at %d', (typed, at, text, caret) => expect(regrouped(typed, at)).toEqual({ text, caret }));

  test('typed letter by letter it becomes the code', () => {
    let field = { text: '', caret: 0 };
    for (const letter of '7k3mq9xt2a0fv4c81bnw') {
      const typed = field.text.slice(0, field.caret) + letter + field.text.slice(field.caret);
      field = regrouped(typed, field.caret + 1);
    }
    expect(field).toEqual({ text: CODE, caret: CODE.length });
  });

  test('is whole at twenty', () => {
    expect(isWholeCode(CODE)).toBe(true);
    expect(isWholeCode(CODE.slice(1))).toBe(false);
  });
});

describe('an address', () => {
  test.each([
    ['', ''],
    ['https://pusat.example.id/', 'https://pusat.example.id'],
    ['pusat.example.id', 'https://pusat.example.id'],
    [' pusat.example.id/kop ', 'https://pusat.example.id/kop'],
    ['192.168.1.10:7117', 'http://192.168.1.10:7117'],
    ['172.20.1.1:7117', 'http://172.20.1.1:7117'],
    ['172.40.1.1', 'https://172.40.1.1'],
    ['kasir-a.local:7117', 'http://kasir-a.local:7117'],
    ['localhost:7117', 'http://localhost:7117'],
  ])('%j', (typed, url) => expect(wholeUrl(typed)).toBe(url));
});

describe('a text with both', () => {
  test.each([
    [CODE, null, CODE],
    [`https://pusat.example.id ${CODE.toLowerCase()}`, 'https://pusat.example.id', CODE],
    [`https://pusat.example.id/#${CODE}`, 'https://pusat.example.id', CODE],
    ['Kode: 7K3MQ 9XT2A 0FV4C 81BNW', null, CODE],
    ['http://192.168.1.10:7117/', 'http://192.168.1.10:7117', null],
    ['2000017000011', null, null],
    ['899276111111389927611', null, null],
  ])('%j', (text, url, code) => expect(readPairing(text)).toEqual({ url, code }));
});

test('a picture is an address without markup of its own', () => {
  const address = pictureOf('<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h1#"/></svg>');
  expect(address.startsWith('data:image/svg+xml,%3Csvg')).toBe(true);
  expect(address).not.toMatch(/[<>"# ]/);
});
