namespace Provenance.Testing.Sigstore;

/// <summary>What a token says that the certificate authority has verified.</summary>
/// <param name="Issuer">Its <c>iss</c>, or where a person logged in.</param>
/// <param name="Subject">Its <c>sub</c>.</param>
/// <param name="Email">Its <c>email</c>, for tokens of people.</param>
/// <param name="Workflow">Its <c>job_workflow_ref</c>, for tokens of GitHub Actions.</param>
internal sealed record VerifiedToken(string Issuer, string Subject, string? Email, string? Workflow)
{
    /// <summary>What the proof of possession signs.</summary>
    public string Name => Email ?? Subject;
}
