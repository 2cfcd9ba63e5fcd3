import { expect, it } from 'vitest'
import { packageName, packageOfUrl } from './package-url.ts'

it.each([
  ['pkg:npm/%40babel/core@7.0.0', { name: '@babel/core', version: '7.0.0', type: 'npm' }],
  ['pkg:maven/org.example/web@1.2?type=jar', { name: 'org.example:web', version: '1.2', type: 'maven' }],
  ['pkg:golang/golang.org/x/crypto', { name: 'golang.org/x/crypto', type: 'golang' }],
  ['pkg:deb/debian/bash@5.2?arch=amd64', { name: 'bash', version: '5.2', type: 'deb' }],
])('reads %s', (purl, expected) => expect(packageOfUrl(purl)).toEqual({ ...expected, purl }))

it.each(['', 'left-pad', 'pkg:', 'pkg:npm', 'pkg:npm/', `pkg:npm/${'x'.repeat(3000)}`, undefined])('does not read %s', (text) =>
  expect(packageOfUrl(text)).toBeNull(),
)

it.each([
  ['org.example', 'web', 'maven', 'org.example:web'],
  ['org.example', 'web', 'pkg:maven/org.example/web@1', 'org.example:web'],
  ['@babel', 'core', 'npm', '@babel/core'],
  ['@babel', '@babel/core', 'npm', '@babel/core'],
  ['', 'left-pad', 'npm', 'left-pad'],
  [null, 'left-pad', null, 'left-pad'],
])('packageName(%s, %s, %s) is %s', (group, name, ecosystem, expected) => expect(packageName(group, name, ecosystem)).toBe(expected))
