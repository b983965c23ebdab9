namespace Provenance.Attestor.Verifying;

/// <summary>A requirement under the unique name that reports use.</summary>
internal sealed record NamedRequirement(string Name, PolicyMode Mode, Requirement Requirement);
