using System.Security;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Provenance.Watcher.Runs.Mapped;

/// <summary>Loads mapping files, which teach the watcher kinds of runs that are not built in: docs/run-kinds.md.</summary>
public static partial class RunKindFile
{
    private const int MaximumSize = 64 * 1024;
    private const string ApiVersion = "provenance.dev/v1alpha1";

    /// <summary>Loads a file of one or more YAML documents, each of the kind <c>RunKind</c>.</summary>
    /// <exception cref="RunKindFileException">The file cannot be read or holds a mistake; lists all of them.</exception>
    public static IReadOnlyList<IRunKind> Load(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            byte[] content = new byte[(int)Math.Min(stream.Length, MaximumSize + 1)];
            stream.ReadExactly(content);
            return Parse(content, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SecurityException)
        {
            throw new RunKindFileException([$"{path}: the file cannot be read: {e.Message}"]);
        }
    }

    /// <summary>Reads the text of a file.</summary>
    /// <param name="utf8">The text.</param>
    /// <param name="file">What problems call the file.</param>
    /// <exception cref="RunKindFileException">The text holds a mistake; lists all of them.</exception>
    public static IReadOnlyList<IRunKind> Parse(ReadOnlySpan<byte> utf8, string file)
    {
        var problems = new MappingProblems(file);
        var mappings = new List<RunKindMapping>();
        if (utf8.Length > MaximumSize)
        {
            problems.Add(0, $"the file has more than {MaximumSize} bytes.");
        }
        else if (TryDecode(utf8, out string text))
        {
            string digest = Convert.ToHexStringLower(SHA256.HashData(utf8));
            foreach (var root in MappingYaml.Read(text, problems))
            {
                mappings.Add(ReadMapping(root, digest, problems));
                if (mappings.Count(m => m.Name == mappings[^1].Name) > 1)
                {
                    problems.Add(root.Line, $"two mappings are called \"{mappings[^1].Name}\"; names must be unique.");
                }
            }
        }
        else
        {
            problems.Add(0, "the file is not valid UTF-8.");
        }

        if (mappings.Count is 0 && problems.AreNone)
        {
            problems.Add(0, "the file holds no mapping.");
        }

        return problems.AreNone ? [.. mappings.Select(static m => new MappedRunKind(m))] : throw problems.ToException();
    }

    private static bool TryDecode(ReadOnlySpan<byte> utf8, out string text)
    {
        try
        {
            text = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(utf8);
            return true;
        }
        catch (DecoderFallbackException)
        {
            text = "";
            return false;
        }
    }

    private static RunKindMapping ReadMapping(MappingNode root, string digest, MappingProblems problems)
    {
        var fields = new MappingFields(root, "", problems);
        fields.GetText("apiVersion", ApiVersionForm(), $"version that is read; write {ApiVersion}");
        fields.GetText("kind", KindForm(), "RunKind");
        var metadata = fields.Get("metadata");
        string name = metadata.GetText("name", NameForm(), "name of lower-case letters, digits and -");
        metadata.Finish();
        var spec = fields.Get("spec");
        var done = spec.Get("done");
        var identity = spec.FindFields("identity");
        var images = spec.FindFields("images");
        var phasePath = done.FindPath("phasePath");
        var mapping = new RunKindMapping
        {
            Name = name,
            FileDigest = digest,
            Resource = ReadResource(spec),
            PhasePath = phasePath,
            Succeeded = done.GetTexts("succeeded", phasePath is null ? ConditionForm() : PhaseForm(), phasePath is null ? "condition; write Type or Type=False" : "phase"),
            Failed = done.GetTexts("failed", phasePath is null ? ConditionForm() : PhaseForm(), phasePath is null ? "condition; write Type or Type=False" : "phase"),
            StartTimePath = spec.FindPath("startTimePath"),
            EndTimePath = spec.FindPath("endTimePath"),
            AttemptPath = identity.FindPath("attemptPath"),
            ParametersPath = spec.FindPath("parametersPath"),
            DefinitionPath = spec.FindPath("definitionPath"),
            OutputsPaths = spec.FindPaths("outputsPaths"),
            OwnsPods = images.FindFlag("podOwner"),
        };
        if (mapping is { OutputsPaths.Count: 0, OwnsPods: false })
        {
            problems.Add(spec.Line, "spec.outputsPaths or spec.images.podOwner: true is needed; without a place for records there is never anything to attest.");
        }

        if (mapping.Succeeded.Intersect(mapping.Failed, StringComparer.Ordinal).FirstOrDefault() is { } both)
        {
            problems.Add(done.Line, $"spec.done: \"{both}\" cannot mean both success and failure.");
        }

        foreach (var table in new[] { done, identity, images, spec, fields })
        {
            table.Finish();
        }

        return mapping;
    }

    private static RunResource ReadResource(MappingFields spec) => new()
    {
        Group = spec.GetText("group", GroupForm(), "API group"),
        Versions = spec.GetTexts("versions", VersionForm(), "version such as v1 or v1beta1"),
        Plural = spec.GetText("plural", NameForm(), "plural name"),
        Kind = spec.GetText("kind", TypeForm(), "kind"),
        LabelSelector = spec.FindText("labelSelector", SelectorForm(), "label selector"),
    };

    [GeneratedRegex(@"\Aprovenance\.dev/v1alpha1\z")]
    private static partial Regex ApiVersionForm();

    [GeneratedRegex(@"\ARunKind\z")]
    private static partial Regex KindForm();

    [GeneratedRegex(@"\A[a-z]([a-z0-9-]{0,61}[a-z0-9])?\z", RegexOptions.CultureInvariant)]
    private static partial Regex NameForm();

    [GeneratedRegex(@"\A([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?){0,9})?\z", RegexOptions.CultureInvariant)]
    private static partial Regex GroupForm();

    [GeneratedRegex(@"\Av[1-9][0-9]?((alpha|beta)[1-9][0-9]?)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex VersionForm();

    [GeneratedRegex(@"\A[A-Z][A-Za-z0-9]{0,62}\z", RegexOptions.CultureInvariant)]
    private static partial Regex TypeForm();

    [GeneratedRegex(@"\A[A-Za-z0-9_./!=,() -]{1,512}\z", RegexOptions.CultureInvariant)]
    private static partial Regex SelectorForm();

    [GeneratedRegex(@"\A[A-Za-z][A-Za-z0-9_./-]{0,127}(=(True|False))?\z", RegexOptions.CultureInvariant)]
    private static partial Regex ConditionForm();

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9 _.-]{0,127}\z", RegexOptions.CultureInvariant)]
    private static partial Regex PhaseForm();
}
