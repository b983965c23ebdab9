using System.Text.Json;
using Provenance.Attestor.Runs;
using Provenance.Attestor.Statements;

namespace Provenance.Attestor.Slsa;

/// <summary>
/// Turns a completed run into the bytes of its statement. The bytes depend on the run and the builder id only: no clock, no chance.
/// The layout is documented field by field in docs/buildtypes/.
/// </summary>
public static class RunStatement
{
    /// <summary>The subjects that a statement about the run has, in the order of first record; empty where there are none.</summary>
    public static IReadOnlyList<ResourceDescriptor> Subjects(CompletedRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        if (run.Layout is { } layout)
        {
            return layout.Subjects;
        }

        var subjects = new List<ResourceDescriptor>();
        foreach (var artifact in run.Artifacts)
        {
            if (artifact.Role is ArtifactRole.Subject && !subjects.Exists(s => s.Name == artifact.Uri.SubjectName && s.Digest!.Equals(artifact.Digest)))
            {
                subjects.Add(new ResourceDescriptor { Name = artifact.Uri.SubjectName, Digest = artifact.Digest });
            }
        }

        return subjects;
    }

    /// <summary>Writes the statement.</summary>
    /// <exception cref="ArgumentException">The run has no subject or too many.</exception>
    public static byte[] Write(CompletedRun run, string builderId)
    {
        ArgumentNullException.ThrowIfNull(run);
        var predicate = run.Layout is { } layout ? FromLayout(run, layout, builderId) : FromRun(run, builderId);
        return StatementWriter.Write(Subjects(run), ProvenancePredicate.Type, predicate.Write);
    }

    private static ProvenancePredicate FromLayout(CompletedRun run, PredicateLayout layout, string builderId) => new()
    {
        BuildType = layout.BuildType,
        WriteExternalParameters = layout.WriteExternalParameters,
        WriteInternalParameters = layout.WriteInternalParameters,
        ResolvedDependencies = layout.ResolvedDependencies,
        BuilderId = builderId,
        InvocationId = layout.InvocationId,
        StartedOn = run.StartedOn,
        FinishedOn = run.FinishedOn,
        Byproducts = layout.Byproducts,
    };

    private static ProvenancePredicate FromRun(CompletedRun run, string builderId) => new()
    {
        BuildType = run.BuildType,
        WriteExternalParameters = writer => WriteExternalParameters(writer, run),
        WriteInternalParameters = writer => WriteInternalParameters(writer, run),
        ResolvedDependencies = Dependencies(run),
        BuilderId = builderId,
        InvocationId = run.Identity.InvocationId,
        StartedOn = run.StartedOn,
        FinishedOn = run.FinishedOn,
        Byproducts = Byproducts(run),
    };

    private static void WriteExternalParameters(Utf8JsonWriter writer, CompletedRun run)
    {
        writer.WriteStartObject();
        if (run.Definition is { } definition)
        {
            writer.WriteStartObject("definition"u8);
            if (definition.Uri is not null)
            {
                writer.WriteString("uri"u8, definition.Uri);
            }

            writer.WriteStartObject("digest"u8);
            foreach (var (algorithm, value) in definition.Digest)
            {
                writer.WriteString(algorithm, value);
            }

            writer.WriteEndObject();
            if (definition.EntryPoint is not null)
            {
                writer.WriteString("entryPoint"u8, definition.EntryPoint);
            }

            if (definition.Reference is { } reference)
            {
                writer.WritePropertyName("reference"u8);
                CanonicalJson.Write(writer, reference);
            }

            writer.WriteEndObject();
        }

        WriteValues(writer, "parameters"u8, run.Parameters);
        WriteValues(writer, "settings"u8, run.Settings);
        writer.WriteEndObject();
    }

    private static void WriteInternalParameters(Utf8JsonWriter writer, CompletedRun run)
    {
        writer.WriteStartObject();
        writer.WriteStartObject("run"u8);
        writer.WriteString("apiVersion"u8, run.Identity.ApiVersion);
        writer.WriteString("kind"u8, run.Identity.Kind);
        writer.WriteString("namespace"u8, run.Identity.Namespace);
        writer.WriteString("name"u8, run.Identity.Name);
        writer.WriteString("uid"u8, run.Identity.Uid);
        writer.WriteString("outcome"u8, run.Outcome.StateName);
        writer.WriteString("reason"u8, run.Outcome.Reason);
        if (run.Outcome.ExitCodes.Count > 0)
        {
            writer.WriteStartObject("exitCodes"u8);
            foreach (var (step, exitCode) in run.Outcome.ExitCodes)
            {
                writer.WriteNumber(step, exitCode);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        if (run.MissingChildren.Count > 0)
        {
            writer.WriteStartArray("missingChildren"u8);
            foreach (string child in run.MissingChildren)
            {
                writer.WriteStringValue(child);
            }

            writer.WriteEndArray();
        }

        if (run.Artifacts.Any(static a => a.Role is ArtifactRole.Subject))
        {
            var leastTrusted = run.Artifacts.Where(static a => a.Role is ArtifactRole.Subject).Min(static a => a.ObservedBy);
            writer.WriteString("subjectsObservedBy"u8, NameOf(leastTrusted));
        }

        WriteValues(writer, "environment"u8, run.Environment);
        writer.WriteEndObject();
    }

    private static void WriteValues(Utf8JsonWriter writer, ReadOnlySpan<byte> name, IReadOnlyList<NamedValue> values)
    {
        if (values.Count is 0)
        {
            return;
        }

        writer.WriteStartObject(name);
        foreach (var value in values.OrderBy(static v => v.Name, StringComparer.Ordinal))
        {
            writer.WritePropertyName(value.Name);
            CanonicalJson.Write(writer, value.Value);
        }

        writer.WriteEndObject();
    }

    private static List<ResourceDescriptor> Dependencies(CompletedRun run)
    {
        var dependencies = new List<ResourceDescriptor>(run.Materials.Count + run.Artifacts.Count + 1);
        if (run.Definition is { Uri: not null } definition)
        {
            dependencies.Add(new ResourceDescriptor { Name = "definition", Uri = definition.Uri, Digest = definition.Digest });
        }

        dependencies.AddRange(run.Materials);
        foreach (var artifact in run.Artifacts)
        {
            if (artifact.Role is ArtifactRole.Input)
            {
                AddOnce(dependencies, Describe(artifact, "inputs/"));
            }
        }

        return dependencies;
    }

    private static List<ResourceDescriptor> Byproducts(CompletedRun run)
    {
        var byproducts = new List<ResourceDescriptor>();
        foreach (var artifact in run.Artifacts)
        {
            if (artifact.Role is ArtifactRole.Output)
            {
                AddOnce(byproducts, Describe(artifact, "outputs/"));
            }
        }

        foreach (var result in run.Results)
        {
            byproducts.Add(new ResourceDescriptor
            {
                Name = "results/" + result.Name,
                Content = CanonicalJson.Of(result.Value),
                MediaType = "application/json",
            });
        }

        return byproducts;
    }

    private static ResourceDescriptor Describe(RecordedArtifact artifact, string prefix) => new()
    {
        Name = prefix + artifact.Name,
        Uri = artifact.Uri.Text,
        Digest = artifact.Digest,
        Annotations = ObservedByAnnotations[(int)artifact.ObservedBy],
    };

    private static readonly Dictionary<string, string>[] ObservedByAnnotations =
        [.. Enum.GetValues<Observer>().Select(static o => new Dictionary<string, string> { ["observedBy"] = NameOf(o) })];

    private static void AddOnce(List<ResourceDescriptor> list, ResourceDescriptor descriptor)
    {
        if (!list.Exists(other => other.Name == descriptor.Name && other.Uri == descriptor.Uri && Equals(other.Digest, descriptor.Digest)))
        {
            list.Add(descriptor);
        }
    }

    private static string NameOf(Observer observer) => observer switch
    {
        Observer.Tenant => "tenant",
        Observer.Injector => "injector",
        Observer.Server => "server",
        _ => "controlPlane",
    };
}
