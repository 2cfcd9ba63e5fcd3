import type { Random } from './random.ts'

/** Texts that readers stumble over. */
const texts = [
  '',
  ' ',
  '0',
  '-1',
  'null',
  'undefined',
  'NaN',
  '__proto__',
  'constructor',
  'toString',
  '\u0000',
  'a\u0000b',
  '\ud800',
  '\u202eevil',
  '\ufeff',
  '../../etc/passwd',
  'javascript:alert(1)',
  'https://',
  'http://[::1',
  "=cmd|' /C calc'!A0",
  '9999-99-99T99:99:99Z',
  '0001-01-01T00:00:00Z',
  '2026-02-30',
  '1e999',
  '99999999999999999999999999',
  'CVE-0000-0',
  'CVE-2026-99999999999999',
  'CVSS:3.1/AV:X',
  'CVSS:9.9/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
  'pkg:',
  'pkg:npm/%zz@1',
  'arn:::::::',
  '/subscriptions//resourceGroups/',
  '[object Object]',
  '%00%ff%',
  '\n\r\n\t',
  '💥'.repeat(50),
] as const

/** A value of another kind than one would think of. */
export function oddValue(random: Random): unknown {
  switch (random.below(14)) {
    case 0:
      return null
    case 1:
      return random.pick([0, -0, -1, 1e308, -1e308, 2 ** 53, 2 ** 53 + 2, 2 ** 63, 0.1, 1e-320, 253402300800, 8640000000000001])
    case 2:
      return random.chance(0.5)
    case 3:
      return []
    case 4:
      return {}
    case 5:
      return 'x'.repeat(random.pick([300, 5000, 70_000, 200_000]))
    case 6:
      return [[[[[random.pick(texts)]]]]]
    case 7:
      return JSON.parse('{"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}, "length": -1}') as unknown
    case 8:
      return Array.from({ length: 300 }, (_, index) => index)
    case 9:
      return [null, undefined, {}, []]
    default:
      return random.pick(texts)
  }
}

/** An odd text, for places that hold text only. */
export function oddText(random: Random): string {
  if (random.chance(0.1)) return 'y'.repeat(random.pick([300, 9000, 150_000]))
  return random.pick(texts)
}
