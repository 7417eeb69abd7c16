// A member as it stands in the form: every value as typed, turned into a request when saved.

import { digitDate } from '$lib/format/dates';
import { amount } from '$lib/format/figures';
import { typedAmount, typedDate, type TypedProblem } from '$lib/format/typed';
import type { MemberDetail, MemberStatus, SaveMember, Sex } from '$lib/ipc';

export type MemberDraft = {
  member: string | null;
  memberNo: string;
  name: string;
  phone: string;
  address: string;
  status: MemberStatus;
  joined: string;
  sex: Sex | '';
  birthDate: string;
  nik: string;
  bonLimit: string;
};

export function blankMember(today: string): MemberDraft {
  return {
    member: null, memberNo: '', name: '', phone: '', address: '', status: 'candidate', joined: digitDate(today), sex: '',
    birthDate: '', nik: '', bonLimit: '',
  };
}

/** The NIK itself never comes back from the core: an empty field leaves it as it is. */
export function draftOf(detail: MemberDetail): MemberDraft {
  const { row } = detail;
  return {
    member: row.member,
    memberNo: row.member_no,
    name: row.name,
    phone: row.phone,
    address: detail.address,
    status: row.status,
    joined: digitDate(row.joined ?? ''),
    sex: detail.sex ?? '',
    birthDate: digitDate(detail.birth_date ?? ''),
    nik: '',
    bonLimit: detail.bon_limit_rp === 0 ? '' : amount(detail.bon_limit_rp),
  };
}

export type MemberProblems = { name?: true; memberNo?: true; nik?: true; joined?: true; birthDate?: true; bonLimit?: TypedProblem };

export function requestOf(draft: MemberDraft): { request: SaveMember } | { problems: MemberProblems } {
  const problems: MemberProblems = {};
  const nik = draft.nik.replace(/[\s.-]/g, '');
  const limit = typedAmount(draft.bonLimit.trim() === '' ? '0' : draft.bonLimit);
  if (draft.name.trim() === '') problems.name = true;
  if (draft.memberNo.trim() === '') problems.memberNo = true;
  if (nik !== '' && !/^\d{16}$/.test(nik)) problems.nik = true;
  const joined = typedDate(draft.joined);
  const birth = typedDate(draft.birthDate);
  if (!joined.ok && joined.problem !== 'empty') problems.joined = true;
  if (!birth.ok && birth.problem !== 'empty') problems.birthDate = true;
  if (!limit.ok) problems.bonLimit = limit.problem;
  if (!limit.ok || Object.keys(problems).length > 0) return { problems };
  return {
    request: {
      member: draft.member,
      member_no: draft.memberNo.trim(),
      name: draft.name.trim(),
      phone: draft.phone.trim(),
      address: draft.address.trim(),
      status: draft.status,
      joined: joined.ok ? joined.date : null,
      sex: draft.sex || null,
      birth_date: birth.ok ? birth.date : null,
      nik,
      bon_limit_rp: limit.value,
    },
  };
}
