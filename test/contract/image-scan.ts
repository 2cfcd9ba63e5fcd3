/** A report of an image scanner about one image, as Trivy writes it: these vulnerabilities, each in a package of its own. */
export const imageScan = (at: string, vulnerabilities: readonly string[], image = 'registry.example/web:1', title?: string): string =>
  JSON.stringify({
    SchemaVersion: 2,
    CreatedAt: at,
    ArtifactName: image,
    ArtifactType: 'container_image',
    Results: [
      {
        Target: 'web',
        Class: 'os-pkgs',
        Type: 'debian',
        Vulnerabilities: vulnerabilities.map((id) => ({
          VulnerabilityID: id,
          PkgName: `package-of-${id}`,
          InstalledVersion: '1.0',
          FixedVersion: '1.1',
          Severity: 'HIGH',
          ...(title === undefined ? {} : { Title: title }),
        })),
      },
    ],
  })
