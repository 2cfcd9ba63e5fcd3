/** What the scan looked for, by stable names: only a scan of the same ports (and scripts) can close what it found. */
export interface Scope {
  /** `tcp 1-65535`, `tcp 1000 ports 0a1b2c3d4e5f; udp 53`. '' when the file does not say. */
  ports: string
  /** The scripts asked for, `vulners,http-* mincvss=7`; '' for none. */
  scripts: string
}
