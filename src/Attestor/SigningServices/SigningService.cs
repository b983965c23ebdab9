using Provenance.Attestor.Trust;

namespace Provenance.Attestor.SigningServices;

/// <summary>A service that a signing config lists (sigstore_trustroot.proto, Service).</summary>
/// <param name="Uri">Its root, or for a time stamping authority the address that takes queries; http or https.</param>
/// <param name="MajorApiVersion">Which protocol it speaks: 1 or more.</param>
/// <param name="ValidFor">When it may be used; both ends belong to it.</param>
/// <param name="Operator">Who runs it; empty where the config does not say, which counts as one operator.</param>
public sealed record SigningService(Uri Uri, int MajorApiVersion, ValidityWindow ValidFor, string Operator);
