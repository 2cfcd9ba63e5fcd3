/** The parts of a container image's reference, with what Docker leaves out filled in. */
export interface ImageReference {
  /** `registry/repository:tag`; `registry/repository@sha256:…` when there is a digest but no tag; without both, `:latest`, as Docker reads it. */
  name: string
  /** The digest in the reference itself, sha256:…; null when it has none. */
  digest: string | null
}

const DIGEST = /^[a-z0-9]+(?:[+._-][a-z0-9]+)*:[0-9a-f]{32,128}$/i

/**
 * Reads an image reference as Docker does, so that `alpine:3.11` and `docker.io/library/alpine:3.11` are one image. Null for what cannot be one:
 * an archive or folder path, a text with spaces, upper case in the repository. `digest` is used when the reference has neither tag nor digest.
 * Grammar: https://pkg.go.dev/github.com/distribution/reference, defaults: docker.io and library/.
 */
export function parseImageReference(text: string, digest?: string | null): ImageReference | null {
  let rest = text.trim()
  if (rest.length === 0 || rest.length > 500 || /[\s\\]/.test(rest) || /^[./~]|\.(tar|tgz|tar\.gz|zip|json|xml|sif)$/i.test(rest))
    return null
  let own: string | null = null
  const sign = rest.indexOf('@')
  if (sign >= 0) {
    own = rest.slice(sign + 1)
    if (!DIGEST.test(own)) return null
    rest = rest.slice(0, sign)
  }
  let tag: string | null = null
  const colon = rest.lastIndexOf(':')
  if (colon > rest.lastIndexOf('/')) {
    tag = rest.slice(colon + 1)
    if (!/^\w[\w.-]{0,127}$/.test(tag)) return null
    rest = rest.slice(0, colon)
  }
  const parts = rest.split('/')
  const first = parts[0]!
  const hasRegistry = parts.length > 1 && (/[.:]/.test(first) || first === 'localhost')
  let registry = hasRegistry ? parts.shift()!.toLowerCase() : 'docker.io'
  if (['index.docker.io', 'registry-1.docker.io', 'registry.hub.docker.com'].includes(registry)) registry = 'docker.io'
  if (!/^[a-z0-9.-]+(?::\d{1,5})?$/.test(registry) || parts.length === 0 || !parts.every((part) => /^[a-z0-9][a-z0-9._-]*$/.test(part)))
    return null
  if (registry === 'docker.io' && parts.length === 1) parts.unshift('library')
  const repository = `${registry}/${parts.join('/')}`
  if (tag !== null) return { name: `${repository}:${tag}`, digest: own }
  const known = own ?? (digest && DIGEST.test(digest) ? digest : null)
  return { name: known ? `${repository}@${known}` : `${repository}:latest`, digest: own }
}

/**
 * One spelling of a source repository's address: `https://host/path` with the host in lower case, without user, password, query, fragment,
 * `.git` and the path below a branch. Null for what names no host (a local folder).
 */
export function repositoryName(text: string): string | null {
  const trimmed = text.trim()
  if (trimmed.length > 2000) return null
  // git@host:owner/name, the short form of ssh.
  const short = /^(?:[\w.-]{1,64}@)([\w.-]{1,253}):(?!\/\/)([^\s?#]{1,1000})$/.exec(trimmed)
  let host: string, path: string
  if (short) [host, path] = [short[1]!, short[2]!]
  else {
    const full =
      /^(?:scm:)?(?:git\+|git:)?(?:https?|ssh|git):\/\/(?:[^\s/@]{1,500}@)?([\w.-]{1,253})(?::\d{1,5})?\/([^\s?#]{1,1000})/i.exec(trimmed)
    const bare = full ?? /^((?:github|gitlab)\.com|bitbucket\.org)\/([^\s?#]{1,1000})$/i.exec(trimmed)
    if (!bare) return null
    ;[host, path] = [bare[1]!, bare[2]!]
  }
  if (!host.includes('.') && host !== 'localhost') return null
  host = host.toLowerCase().replace(/^www\./, '')
  let parts = path.split('/').filter((part) => part !== '')
  if (host === 'github.com') parts = parts.slice(0, 2)
  const branch = parts.findIndex((part) => part === '-' || part === 'tree' || part === 'blob')
  if (branch >= 2) parts = parts.slice(0, branch)
  if (parts.length === 0) return null
  const name = parts.join('/').replace(/\.git$/i, '')
  // GitHub, GitLab and Bitbucket take no notice of case.
  return `https://${host}/${/^(github\.com|gitlab\.com|bitbucket\.org)$/.test(host) ? name.toLowerCase() : name}`
}
