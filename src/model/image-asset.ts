import { parseImageReference } from './asset-name.ts'
import type { AssetAttributes } from './asset.ts'
import { parseOsFamily } from './os-family.ts'
import type { AssetRecord } from './record.ts'

export interface ImageFacts {
  /** Texts that may be its reference, best first. An archive's path or an id is none and is passed over. */
  references: readonly (string | null | undefined)[]
  /** Digest of the content in the registry, `sha256:…` or only its 64 hexadecimal digits. */
  digest?: string | null | undefined
  /** Id of the image where it was built (digest of its configuration): its name only when there is no other. */
  id?: string | null | undefined
  /** Operating system inside of it, as the tool writes it. */
  os?: string | null | undefined
}

/** `sha256:` and 64 hexadecimal digits; null for any other text. */
export function readDigest(text: string | null | undefined): string | null {
  const found = /^(?:sha256:)?([0-9a-f]{64})$/i.exec((text ?? '').trim())
  return found ? `sha256:${found[1]!.toLowerCase()}` : null
}

/**
 * The asset of a container image: named by registry/repository:tag, with its digest as an attribute; by digest or id only when there is no
 * tag; without names when the report does not tell which image it is (the person is then asked).
 */
export function imageAsset(asset: string, facts: ImageFacts): AssetRecord {
  const digest = readDigest(facts.digest)
  const given = facts.references.map((text) => (text ?? '').trim()).filter((text) => text !== '' && readDigest(text) === null)
  const shown = given.find((text) => !/^sha256:/i.test(text) && parseImageReference(text, digest) !== null)
  const reference = shown === undefined ? null : parseImageReference(shown, digest)
  const id = digest ?? readDigest(facts.id) ?? undefined
  const name = reference?.name ?? id
  const image_digest = digest ?? readDigest(reference?.digest) ?? undefined
  const os = facts.os?.trim()
  const os_family = parseOsFamily(os)
  const attributes: AssetAttributes = {
    ...(os && { os }),
    ...(os_family && { os_family }),
    ...(image_digest !== undefined && { image_digest }),
  }
  return {
    kind: 'asset',
    asset,
    type: 'image',
    name: shown ?? name ?? '',
    names: name === undefined ? [] : [{ type: 'image', name }],
    attributes,
  }
}
