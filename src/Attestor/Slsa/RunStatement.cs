using System.Buffers;
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
            if (artifact.Role is ArtifactRole.Subject)
            {
                AddOnce(subjects, new ResourceDescriptor { Name = artifact.Uri.SubjectName, Digest = artifact.Digest });
            }
        }

        return subjects;
    }

    /// <summary>Writes the statement.</summary>
    /// <param name="run">The run.</param>
    /// <param name="subjects">What <see cref="Subjects"/> gave for it.</param>
    /// <param name="builderId">Who built.</param>
    /// <exception cref="ArgumentException">There is no subject, or too many.</exception>
    public static byte[] Write(CompletedRun run, IReadOnlyList<ResourceDescriptor> subjects, string builderId)
    {
        ArgumentNullException.ThrowIfNull(run);
        var predicate = run.Layout is { } layout ? FromLayout(run, layout, builderId) : FromRun(run, builderId);
        return StatementWriter.Write(subjects, ProvenancePredicate.Type, predicate.Write);
    }

    private static ProvenancePredicate FromLayout(CompletedRun run, PredicateLayout layout, string builderId) => new()
    {
        BuildType = layout.BuildType,
        WriteExternalParameters = layout.WriteExternalParameters,
        WriteInternalParameters = layout.WriteInternalParameters,
        WriteResolvedDependencies = layout.WriteResolvedDependencies,
        BuilderId = builderId,
        InvocationId = layout.InvocationId,
        StartedOn = run.StartedOn,
        FinishedOn = run.FinishedOn,
        Byproducts = layout.Byproducts,
    };

    private static ProvenancePredicate FromRun(CompletedRun run, string builderId)
    {
        var dependencies = Dependencies(run);
        return new ProvenancePredicate
        {
            BuildType = run.BuildType,
            WriteExternalParameters = writer => WriteExternalParameters(writer, run),
            WriteInternalParameters = writer => WriteInternalParameters(writer, run),
            WriteResolvedDependencies = dependencies.Count is 0 ? null : writer => StatementWriter.WriteList(writer, dependencies),
            BuilderId = builderId,
            InvocationId = run.Identity.InvocationId,
            StartedOn = run.StartedOn,
            FinishedOn = run.FinishedOn,
            Byproducts = Byproducts(run),
        };
    }

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
            for (int i = 0; i < definition.Digest.Count; i++)
            {
                writer.WriteString(definition.Digest[i].Key, definition.Digest[i].Value);
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

        writer.WriteString("subjectsObservedBy"u8, NameOf(LeastTrustedObserver(run)));

        WriteValues(writer, "environment"u8, run.Environment);
        writer.WriteEndObject();
    }

    private static Observer LeastTrustedObserver(CompletedRun run)
    {
        var least = Observer.ControlPlane;
        foreach (var artifact in run.Artifacts)
        {
            if (artifact.Role is ArtifactRole.Subject && artifact.ObservedBy < least)
            {
                least = artifact.ObservedBy;
            }
        }

        return least;
    }

    private static void WriteValues(Utf8JsonWriter writer, ReadOnlySpan<byte> name, IReadOnlyList<NamedValue> values)
    {
        if (values.Count is 0)
        {
            return;
        }

        writer.WriteStartObject(name);
        var sorted = ArrayPool<NamedValue>.Shared.Rent(values.Count);
        var span = sorted.AsSpan(0, values.Count);
        for (int i = 0; i < span.Length; i++)
        {
            span[i] = values[i];
        }

        span.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        foreach (var value in span)
        {
            writer.WritePropertyName(value.Name);
            CanonicalJson.Write(writer, value.Value);
        }

        ArrayPool<NamedValue>.Shared.Return(sorted, clearArray: true);

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

    private static readonly KeyValuePair<string, string>[][] ObservedByAnnotations =
        [.. Enum.GetValues<Observer>().Select(static o => new KeyValuePair<string, string>[] { new("observedBy", NameOf(o)) })];

    private static void AddOnce(List<ResourceDescriptor> list, ResourceDescriptor descriptor)
    {
        foreach (var other in list)
        {
            if (other.Name == descriptor.Name && other.Uri == descriptor.Uri && Equals(other.Digest, descriptor.Digest))
            {
                return;
            }
        }

        list.Add(descriptor);
    }

    private static string NameOf(Observer observer) => observer switch
    {
        Observer.Tenant => "tenant",
        Observer.Injector => "injector",
        Observer.Server => "server",
        _ => "controlPlane",
    };
}
