const VERSION =
  /^(.+?)-((?:\d{1,9}:)?\d[\w.+~^]*(?:-\d[\w.+~^]*|-(?:alpha|beta|rc|cr|m|sp|ga|final|release|snapshot|jre|android|incubating)[\w.+~^]*)*)$/i

/**
 * Splits `name-version` as scanners join them: `openssl-libs-1:1.1.1k-14.el8_6`, `log4j-1.2-api-2.17.1`. A file's ending `.jar`, `.rpm` and the like is
 * left out. What does not end in a version is all name.
 */
export function splitPackage(text: string): { name: string; version?: string } {
  const whole = text.trim().slice(0, 300)
  const bare = whole.replace(/\.(?:jar|war|ear|rpm|gemspec|whl|egg|tgz|hpi|jpi)$/i, '')
  const [, name, version] = VERSION.exec(bare) ?? []
  return name === undefined || version === undefined ? { name: whole } : { name, version }
}
