import { expect, test } from 'vitest';
import { blankMember, draftOf, requestOf } from './draft';

test('a new member', () => {
  const draft = { ...blankMember('2026-01-23'), memberNo: '0148', name: 'Dian', nik: '3201 0101 0101 0001', birthDate: '17-8-1984', bonLimit: '300rb' };
  const made = requestOf(draft);
  expect('request' in made && made.request).toMatchObject({
    member: null, member_no: '0148', nik: '3201010101010001', bon_limit_rp: 300_000, sex: null, joined: '2026-01-23', birth_date: '1984-08-17',
  });
});

test('what is missing or wrong is named', () => {
  expect(requestOf({ ...blankMember(''), nik: '123', birthDate: '31-2-1990', bonLimit: 'banyak' })).toEqual({
    problems: { name: true, memberNo: true, nik: true, birthDate: true, bonLimit: 'not_a_number' },
  });
});

test('the masked NIK is never sent back', () => {
  const draft = draftOf({
    row: {
      member: '1-9', member_no: '0001', name: 'Ahmad', phone: '', status: 'active', joined: null, pokok_rp: 0, wajib_rp: 0,
      sukarela_rp: 0, bon_rp: 0, purchases_this_year_rp: 0,
    },
    address: '', sex: 'male', birth_date: null, nik_masked: '32************01', bon_limit_rp: 0, merged: [],
  });
  const made = requestOf(draft);
  expect('request' in made && made.request.nik).toBe('');
});
