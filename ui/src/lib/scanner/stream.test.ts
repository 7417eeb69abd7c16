import { describe, expect, test } from 'vitest';
import { looksLikeCode, ScanStream, type Fed } from './stream';

/** Types `text` with `pace` milliseconds between keys and gives the last answer. */
function type(stream: ScanStream, text: string, pace: number, from = 1_000): { fed: Fed; at: number } {
  let fed: Fed = { kind: 'other' };
  let at = from;
  for (const key of text) {
    fed = stream.feed(key, at);
    at += pace;
  }
  return { fed, at };
}

describe('a scanner', () => {
  test.each([
    ['8992761111113', 8],
    ['8992761111113', 30],
    ['96385074', 15],
    ['2000017', 10],
    ['A-000127', 12],
    ['1-1', 5, false],
    ['LBG:0147', 12],
  ])('%s at %d ms ends with Enter', (code, pace, isScan = true) => {
    const stream = new ScanStream();
    const { at } = type(stream, code, pace);
    const end = stream.feed('Enter', at);
    expect(end).toEqual(isScan ? { kind: 'scan', code } : { kind: 'other' });
  });

  test('ends with Tab', () => {
    const stream = new ScanStream();
    const { at } = type(stream, '8992761111113', 10);
    expect(stream.feed('Tab', at)).toEqual({ kind: 'scan', code: '8992761111113' });
  });

  test('ends with nothing', () => {
    const stream = new ScanStream();
    type(stream, '8992761111113', 10);
    expect(stream.fast).toBe(true);
    expect(stream.silence()).toBe('8992761111113');
    expect(stream.silence()).toBeNull();
  });

  test('holds Shift for capitals', () => {
    const stream = new ScanStream();
    stream.feed('Shift', 1_000);
    stream.feed('A', 1_005);
    const { at } = type(stream, '-000127', 8, 1_013);
    expect(stream.feed('Enter', at)).toEqual({ kind: 'scan', code: 'A-000127' });
  });

  test('two codes in a row', () => {
    const stream = new ScanStream();
    const first = type(stream, '8992761111113', 10);
    expect(stream.feed('Enter', first.at).kind).toBe('scan');
    const second = type(stream, '96385074', 10, first.at + 20);
    expect(stream.feed('Enter', second.at)).toEqual({ kind: 'scan', code: '96385074' });
  });

  test('begins a code after typed letters', () => {
    const stream = new ScanStream();
    type(stream, 'be', 140);
    expect(stream.feed('8', 2_000).kind).toBe('first');
    const { at } = type(stream, '992761111113', 10, 2_010);
    expect(stream.feed('Enter', at)).toEqual({ kind: 'scan', code: '8992761111113' });
  });
});

describe('a person', () => {
  test.each([
    ['8992761111113', 80],
    ['2000017', 60],
    ['beras', 120],
  ])('%s at %d ms is typing', (text, pace) => {
    const stream = new ScanStream();
    const { at } = type(stream, text, pace);
    expect(stream.feed('Enter', at)).toEqual({ kind: 'other' });
    type(stream, text, pace, 9_000);
    expect(stream.silence()).toBeNull();
  });

  test('a pasted-fast name or quantity is no code', () => {
    for (const text of ['beras', '1,5*ber', 'gula pasir 1', '1/4*']) {
      const stream = new ScanStream();
      const { at } = type(stream, text, 5);
      expect(stream.feed('Enter', at), text).toEqual({ kind: 'other' });
    }
  });

  test('a short number without Enter stays in the field', () => {
    const stream = new ScanStream();
    type(stream, '50000', 5);
    expect(stream.silence()).toBeNull();
  });

  test('Enter long after the last key is a person', () => {
    const stream = new ScanStream();
    const { at } = type(stream, '8992761111113', 10);
    expect(stream.feed('Enter', at + 400)).toEqual({ kind: 'other' });
  });

  test('an arrow in between breaks the word', () => {
    const stream = new ScanStream();
    const { at } = type(stream, '8992', 10);
    expect(stream.feed('ArrowLeft', at)).toEqual({ kind: 'other' });
    expect(stream.feed('Enter', at + 10)).toEqual({ kind: 'other' });
  });
});

test('codes by content', () => {
  expect(looksLikeCode('8992761111113')).toBe(true);
  expect(looksLikeCode('KDMP-0147')).toBe(true);
  expect(looksLikeCode('beras')).toBe(false);
  expect(looksLikeCode('1,5')).toBe(false);
  expect(looksLikeCode('2*3')).toBe(false);
});
