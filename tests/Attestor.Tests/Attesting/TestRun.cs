using System.Text.Json;
using Provenance.Attestor.Runs;
using Provenance.Attestor.Statements;

namespace Provenance.Attestor.Tests.Attesting;

/// <summary>Completed runs to attest.</summary>
internal static class TestRun
{
    public const string BuilderId = "https://ci.example.com/provenance/test";

    public static string Hex(char digit) => new(digit, 64);

    public static CompletedRun Of(params RecordedArtifact[] artifacts) => new()
    {
        Identity = new RunIdentity { ApiVersion = "tekton.dev/v1", Kind = "TaskRun", Namespace = "ns", Name = "build-1", Uid = "11111111-2222-4333-8444-555555555555" },
        Outcome = new RunOutcome(RunState.Succeeded, "Succeeded"),
        StartedOn = new DateTimeOffset(2026, 11, 18, 9, 0, 0, TimeSpan.Zero),
        FinishedOn = new DateTimeOffset(2026, 11, 18, 9, 5, 0, TimeSpan.Zero),
        BuildType = "https://provenance.dev/buildtypes/tekton/v1",
        Definition = new RunDefinition { Digest = Sha256('d') },
        Parameters = [new NamedValue("image", Json("\"registry.example.com/app\"")), new NamedValue("args", Json("[1, {\"b\": 2, \"a\": 1}]"))],
        Artifacts = artifacts,
    };

    public static RecordedArtifact Subject(string uri, char digit = 'a') => Artifact("image", uri, digit, ArtifactRole.Subject);

    public static RecordedArtifact Artifact(string name, string uri, char digit, ArtifactRole role)
    {
        ArtifactUri.TryParse(uri, out var parsed, out string? problem).Should().BeTrue(problem);
        return new RecordedArtifact { Name = name, Role = role, Uri = parsed!, Digest = Sha256(digit), ObservedBy = Observer.Tenant };
    }

    public static DigestSet Sha256(char digit)
    {
        DigestSet.TryCreate([new("sha256", Hex(digit))], out var set, out _).Should().BeTrue();
        return set!;
    }

    public static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;
}
