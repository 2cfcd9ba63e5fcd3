import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto'
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { UserError } from '../errors.ts'

const CIPHER = 'aes-256-gcm'
const NONCE = 12
const TAG = 16

/** The key of a data folder: from PLIMSOLL_SECRET_KEY, else the file `secret.key` in it, which is made when there is none and only its owner may read. */
export function keyOf(data: string, environment: NodeJS.ProcessEnv = process.env): Buffer {
  const given = environment['PLIMSOLL_SECRET_KEY']
  if (given) {
    if (given.length < 16) throw new UserError('token_too_short', 'PLIMSOLL_SECRET_KEY must have at least 16 characters')
    return scryptSync(given, 'plimsoll/secret', 32)
  }
  const file = join(data, 'secret.key')
  try {
    writeFileSync(file, randomBytes(32).toString('hex'), { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    chmodSync(file, 0o600)
  }
  const key = Buffer.from(readFileSync(file, 'utf8').trim(), 'hex')
  if (key.length !== 32)
    throw new UserError('bad_secret_key', `${file} is not a key of ours: move it away, and enter addresses and keys of webhooks again`)
  return key
}

/** Seals a text so that only the key opens it. `purpose` is bound to it: what was sealed for one thing does not open for another. */
export function seal(key: Buffer, purpose: string, text: string): string {
  const nonce = randomBytes(NONCE)
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG }).setAAD(Buffer.from(purpose))
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64')
}

/** Opens what {@link seal} sealed; null when the key, the purpose or the text is another one. */
export function unseal(key: Buffer, purpose: string, sealed: string): string | null {
  const bytes = Buffer.from(sealed, 'base64')
  if (bytes.length < NONCE + TAG) return null
  const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE), { authTagLength: TAG })
    .setAAD(Buffer.from(purpose))
    .setAuthTag(bytes.subarray(NONCE, NONCE + TAG))
  try {
    return Buffer.concat([decipher.update(bytes.subarray(NONCE + TAG)), decipher.final()]).toString('utf8')
  } catch {
    return null
  }
}
