import { UserError } from '../errors.ts'
import type { Feed, Head, Importer } from './importer.ts'
import { feeds, importers } from './importers.ts'
import { csvHeader } from './readers/csv.ts'
import { jsonOutline } from './readers/json.ts'
import { xmlRoot } from './readers/xml.ts'
import { isZip } from './readers/zip.ts'
import { recognise } from './recognised.ts'

/** The importers and feeds that say yes to the beginning of a file. */
export const claimants = (head: Head): (Importer | Feed)[] => [...importers, ...feeds].filter((importer) => importer.detect(head))

/** The importer or feed of an id. Throws UserError('unknown_format') when there is none. */
export function formatOf(id: string): Importer | Feed {
  const all = [...importers, ...feeds]
  const named = all.find((importer) => importer.id === id)
  if (!named)
    throw new UserError('unknown_format', `there is no format "${id}"; there are: ${all.map((importer) => importer.id).join(', ')}`)
  return named
}

/**
 * The importer or feed that says yes to a file's beginning, or the one that is named. Throws UserError('unknown_format') when none does,
 * UserError('format_not_read') when it is of a tool that is known but not read, UserError('empty_file'), UserError('ambiguous_format').
 */
export function detect(head: Head, format?: string): Importer | Feed {
  if (format !== undefined) return formatOf(format)
  const yes = claimants(head)
  if (yes.length === 1) return yes[0]!
  if (yes.length > 1)
    throw new UserError(
      'ambiguous_format',
      `${head.name} looks like ${yes.map((importer) => importer.id).join(' and ')}: say which with --format`,
    )
  if (head.text.trim() === '')
    throw new UserError(
      'empty_file',
      `${head.name} is empty: nothing to read. A report without findings still says which tool wrote it; name it with --format if this one is from a tool that writes nothing`,
    )
  const known = recognise(head)
  if (known)
    throw new UserError(
      'format_not_read',
      `${head.name} is a report of ${known.name} about ${known.about}, which Plimsoll does not read${known.instead ? `: ${known.instead}` : '. Where the tool can write SARIF or CycloneDX, import that instead'}`,
    )
  throw new UserError(
    'unknown_format',
    `${head.name} is of no format that Plimsoll reads: it is ${describe(head)}. docs/formats.md lists what is read and how to make it; if it is one of those, name it with --format`,
  )
}

/** At most `most` names as a person would list them. */
function names(all: string[], most = 6): string {
  const shown = all.slice(0, most).map((name) => JSON.stringify(name.slice(0, 40)))
  return shown.join(', ') + (all.length > most ? ', …' : '')
}

/**
 * Whether a tar archive is a saved container image: layers in folders named by their digest, or a layout of blobs. Reports named by a digest are none.
 * Layouts: https://github.com/moby/docker-image-spec, https://github.com/opencontainers/image-spec/blob/main/image-layout.md
 */
export const isContainerImage = (text: string): boolean =>
  /^(?:[0-9a-f]{64}(?:\/|\.json)|blobs\/|oci-layout|manifest\.json)/.test(text) &&
  /\0(?:[0-9a-f]{64}\/(?:VERSION|layer\.tar)|blobs\/sha256\/[0-9a-f]{64})\0/.test(text)

/** What a file of nobody's format is, as far as its beginning shows. */
function describe({ text }: Head): string {
  const start = text.trimStart()
  if (isZip(text)) {
    if (/\[Content_Types\]\.xml|^PK[\s\S]{20,60}?(?:xl|word|ppt|_rels)\//.test(text.slice(0, 4096)))
      return 'an Office document. From Excel, save the sheet as CSV UTF-8 and import that'
    return 'a zip archive'
  }
  if (isContainerImage(text)) return 'a container image, which scanners look at. Scan it and import what the scanner writes'
  if (start.startsWith('%PDF-')) return 'a PDF, made to be read by people. Export the report as JSON, XML or CSV'
  if (/^<!doctype html|^<html|^<head|^<body/i.test(start))
    return 'a web page (HTML). If it is a report, export it as JSON, XML or CSV; if it should have been one, the download may have been refused'
  if (start.startsWith('{\\rtf') || start.startsWith('\u00d0\u00cf')) return 'a document of a word processor'
  const root = xmlRoot(text)
  if (root !== null) return `XML with the root element <${root}>`
  const outline = jsonOutline(text)
  if (outline) {
    const members = [...outline.members.keys()]
    const what = outline.list ? 'a JSON list whose first item has' : 'a JSON object that has'
    return members.length > 0
      ? `${what} ${names(members)}`
      : outline.list
        ? 'a JSON list of empty objects'
        : 'a JSON object without members'
  }
  if (/^\[\s*\]\s*$/.test(start)) return 'an empty JSON list, which does not say which tool wrote it'
  if (/^(?:null|true|false|-?\d+(?:\.\d+)?|"[^"]*")\s*$/.test(start)) return 'a single JSON value, which does not say which tool wrote it'
  // oxlint-disable-next-line no-control-regex -- that is what tells bytes from text
  if (/[\u0000-\u0008\u000e-\u001f\ufffd]/.test(text.slice(0, 512))) return 'not text, nor an archive that is known'
  const header = csvHeader(text.slice(0, 16_384))
  if (header.length > 1) return `a table with the columns ${names(header)}`
  return `text that begins with ${JSON.stringify(start.slice(0, 60))}`
}
