using Provenance.ArtifactStore.Configuring;
using Provenance.Attestor.Verifying;

namespace Provenance.Attestor.Policies;

/// <summary>Policy files cannot be used. Nothing is verified with what could be read of them.</summary>
/// <param name="problems">Everything that is wrong, in the order of the files.</param>
public sealed class PolicyException(IReadOnlyList<YamlProblem> problems)
    : Exception(string.Join(Environment.NewLine, problems))
{
    /// <summary>The stable code of the fault.</summary>
    public string Code { get; } = VerdictCodes.PolicyInvalid;

    /// <summary>Everything that is wrong, in the order of the files.</summary>
    public IReadOnlyList<YamlProblem> Problems { get; } = problems;
}
