import { expect, it } from 'vitest'
import { readPurl } from './purl.ts'

it.each([
  ['pkg:npm/%40babel/core@7.0.0', { name: '@babel/core', version: '7.0.0', type: 'npm' }],
  ['pkg:maven/org.example/web@1.2?type=jar', { name: 'org.example:web', version: '1.2', type: 'maven' }],
  ['pkg:golang/golang.org/x/crypto', { name: 'golang.org/x/crypto', type: 'golang' }],
  ['pkg:deb/debian/bash@5.2?arch=amd64', { name: 'bash', version: '5.2', type: 'deb' }],
])('reads %s', (purl, expected) => expect(readPurl(purl)).toEqual({ ...expected, purl }))

it.each(['', 'left-pad', 'pkg:', 'pkg:npm', 'pkg:npm/', `pkg:npm/${'x'.repeat(3000)}`, undefined])('does not read %s', (text) =>
  expect(readPurl(text)).toBeNull(),
)
