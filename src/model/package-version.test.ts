import { expect, it } from 'vitest'
import { splitPackage } from './package-version.ts'

it.each([
  ['openssl-libs-1:1.1.1k-14.el8_6', 'openssl-libs', '1:1.1.1k-14.el8_6'],
  ['log4j-1.2-api-2.17.1', 'log4j-1.2-api', '2.17.1'],
  ['infinispan-commons-13.0.22.Final', 'infinispan-commons', '13.0.22.Final'],
  ['tool-1.0-beta-2', 'tool', '1.0-beta-2'],
  ['struts-core-1.3.8.jar', 'struts-core', '1.3.8'],
  ['p11-kit-trust-0.23.14-5.el8_0', 'p11-kit-trust', '0.23.14-5.el8_0'],
  ['kernel-headers', 'kernel-headers', undefined],
  ['apt', 'apt', undefined],
  ['', '', undefined],
])('%s', (text, name, version) => expect(splitPackage(text)).toEqual(version === undefined ? { name } : { name, version }))
