import { at, type Day, textOf } from './days.ts'
import { fixedInImage, nextBuild } from './exposure.ts'
import type { Image } from './fleet.ts'
import type { Random } from './random.ts'
import { type DemoVulnerability, knownOn, severityWord } from './vulnerabilities.ts'

const targets: Record<string, { target: string; class: string; type: string; purl: string }> = {
  npm: { target: 'Node.js', class: 'lang-pkgs', type: 'node-pkg', purl: 'npm' },
  pypi: { target: 'Python', class: 'lang-pkgs', type: 'python-pkg', purl: 'pypi' },
  maven: { target: 'Java', class: 'lang-pkgs', type: 'jar', purl: 'maven' },
  gobinary: { target: 'usr/local/bin/app', class: 'lang-pkgs', type: 'gobinary', purl: 'golang' },
}

/** The version in an image before a fix: one step below it, so `1.10.0` is `1.9.0` and `8.4.0-r0` is `8.3.0-r0`. */
function versionBelow(fixed: string): string {
  const [, version, rest] = /^([\d.]+)(.*)$/.exec(fixed) ?? [null, fixed, '']
  const parts = version!.split('.').map(Number)
  for (let i = parts.length - 1; i >= 0; i--) {
    if (parts[i]! > 0) {
      parts[i]!--
      break
    }
  }
  return parts.join('.') + rest!
}

/** What an image has of the table on a day. */
export function openInImage(
  random: Random,
  image: Image,
  vulnerabilities: readonly DemoVulnerability[],
  day: Day,
  first: Day,
): DemoVulnerability[] {
  return vulnerabilities.filter((one) => {
    if (!image.packages.includes(one.product.replace(/^img:/, '')) || !one.product.startsWith('img:')) return false
    return Math.max(knownOn(one) + 1, first) <= day && day < fixedInImage(random, image, one, first)
  })
}

/** A scan of a container image as Trivy 0.5x writes it, `--format json`. Format: https://trivy.dev/latest/docs/configuration/reporting/ */
export function writeTrivy(random: Random, image: Image, open: readonly DemoVulnerability[], day: Day, first: Day): string {
  // The build on which the scanned tag stands.
  const build = nextBuild(image, day - image.rebuilt_every + 1, first)
  const digest = random.hex(64, 'image', image.name, Math.max(build, first))
  const byEcosystem = new Map<string, DemoVulnerability[]>([['alpine', []]])
  for (const one of open) {
    const ecosystem = one.product.split(':')[1]!
    byEcosystem.set(ecosystem, [...(byEcosystem.get(ecosystem) ?? []), one])
  }
  const results = [...byEcosystem].map(([ecosystem, list]) => {
    const os = ecosystem === 'alpine'
    const target = targets[ecosystem]
    return {
      Target: os ? `${image.name} (alpine ${image.os.name})` : target!.target,
      Class: os ? 'os-pkgs' : target!.class,
      Type: os ? 'alpine' : target!.type,
      ...(list.length > 0 && {
        Vulnerabilities: list.map((one) => {
          const name = one.product.split(':').slice(2).join(':')
          const installed = versionBelow(one.fixed)
          const purl = os ? `pkg:apk/alpine/${name}@${installed}` : `pkg:${target!.purl}/${name.replace(':', '/')}@${installed}`
          return {
            VulnerabilityID: one.id,
            PkgName: name,
            PkgIdentifier: { PURL: purl },
            InstalledVersion: installed,
            FixedVersion: one.fixed,
            Status: 'fixed',
            PrimaryURL: `https://avd.aquasec.com/nvd/${one.id.toLowerCase()}`,
            Title: one.title,
            Severity: severityWord(one).toUpperCase(),
            ...(one.vector.startsWith('CVSS:3') && { CVSS: { nvd: { V3Vector: one.vector, V3Score: one.cvss } } }),
          }
        }),
      }),
    }
  })
  return JSON.stringify(
    {
      SchemaVersion: 2,
      CreatedAt: textOf(at(day, 3)),
      ArtifactName: image.name,
      ArtifactType: 'container_image',
      Metadata: {
        OS: { Family: image.os.family, Name: image.os.name },
        ImageID: `sha256:${random.hex(64, 'config', image.name, build)}`,
        RepoTags: [image.name],
        RepoDigests: [`${image.name.replace(/:[^:/]+$/, '')}@sha256:${digest}`],
        ImageConfig: { architecture: 'amd64', os: 'linux' },
      },
      Results: results,
    },
    null,
    1,
  )
}
