namespace Provenance.Attestor.Certificates;

/// <summary>Whether a certificate may sign others (RFC 5280, section 4.2.1.9).</summary>
/// <param name="IsAuthority">Whether it may.</param>
/// <param name="PathLength">Below how many others of its kind; null for no limit.</param>
internal sealed record BasicConstraints(bool IsAuthority, int? PathLength);
