// The only door to the core. Answers come back as values; refusals are thrown as AppFault.

import { commands, type AppError } from './bindings';

export type * from './bindings';

/** A refusal of the core: branch on `code`, show `message` and `next`. */
export class AppFault extends Error {
  readonly code: string;
  readonly next: string;

  constructor(error: AppError) {
    super(error.message);
    this.name = 'AppFault';
    this.code = error.code;
    this.next = error.next;
  }
}

/** The core could not be reached at all: the window words this one itself. */
export const UNREACHABLE = 'unreachable';

type Commands = typeof commands;
type Data<K extends keyof Commands> = Extract<Awaited<ReturnType<Commands[K]>>, { status: 'ok' }>['data'];
type Core = { readonly [K in keyof Commands]: (...args: Parameters<Commands[K]>) => Promise<Data<K>> };
type Answer = { status: 'ok'; data: unknown } | { status: 'error'; error: unknown };

function isAppError(value: unknown): value is AppError {
  return typeof value === 'object' && value !== null && 'code' in value && 'message' in value && 'next' in value;
}

function faultOf(reason: unknown): AppFault {
  if (isAppError(reason)) return new AppFault(reason);
  const detail = reason instanceof Error ? reason.message : String(reason);
  return new AppFault({ code: UNREACHABLE, message: detail, next: '' });
}

async function ask(command: (...args: never[]) => Promise<Answer>, args: unknown[]): Promise<unknown> {
  let answer: Answer;
  try {
    answer = await command(...(args as never[]));
  } catch (reason) {
    throw faultOf(reason);
  }
  if (answer.status === 'error') throw faultOf(answer.error);
  return answer.data;
}

export const core = Object.fromEntries(
  Object.entries(commands).map(([name, command]) => [
    name,
    (...args: unknown[]) => ask(command as (...args: never[]) => Promise<Answer>, args),
  ]),
) as unknown as Core;

/** Names one act of this window, so that asking twice records it once. */
export function newDraftId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}
