using System.Globalization;
using Provenance.ArtifactStore.Configuring;
using Provenance.Attestor.Verifying;

namespace Provenance.Attestor.Policies;

/// <summary>Reads <c>spec.require[].provenance</c>.</summary>
internal sealed class ProvenanceReader(
    YamlProblems problems, IReadOnlyList<(YamlNode Node, TrustedBuilder Builder)> builders, IReadOnlyList<TrustedSigner> signers)
{
    private const string Where = "spec.require[].provenance";

    // From here on SLSA's build track promises parameters that are complete and cannot be forged, which is worth nothing unlooked at.
    private const int LevelWithTrueParameters = 3;

    /// <summary>The check.</summary>
    public ProvenanceCheck Read(YamlNode node)
    {
        var fields = new YamlFields(node, Where, problems);
        int level = fields.FindLevel("minLevel", 2);
        var chosen = ReadBuilders(fields, node);
        var source = fields.Find("source") is { } sourceNode ? ReadSource(sourceNode) : null;
        var parameters = fields.Find("parameters") is { } parametersNode ? ReadParameters(parametersNode) : null;
        fields.RefuseNotSupportedYet("definition", "dependencies");
        fields.Finish();
        if (level >= LevelWithTrueParameters && parameters is null)
        {
            problems.Add(node, $"{Where}.parameters is missing: a policy that asks for level {level} must say which parameters it accepts.");
        }

        if (chosen.Count > 0 && !chosen.Exists(builder => builder.MaximumLevel >= level && builder.Signers.Any(name => signers.Any(s => s.Name == name))))
        {
            problems.Add(node, $"{Where}.minLevel is {level}, but no builder that these signers may speak for is trusted for that level.");
        }

        return new ProvenanceCheck { Builders = chosen, MinimumLevel = level, Source = source, Parameters = parameters };
    }

    private List<TrustedBuilder> ReadBuilders(YamlFields fields, YamlNode node)
    {
        var ids = fields.FindTexts("builders");
        foreach (var (idNode, id) in ids.Where(id => !builders.Any(b => b.Builder.Id == id.Text)))
        {
            problems.Add(idNode, $"there is no builder {id} under spec.builders.");
        }

        var chosen = builders
            .Select(static b => b.Builder)
            .Where(builder => ids.Count is 0 || ids.Any(id => id.Text == builder.Id))
            .ToList();
        if (chosen.Count is 0)
        {
            problems.Add(node, "spec.builders is missing: it says which signers may speak for which builder, and up to which level.");
        }

        return chosen;
    }

    private SourceRequirement? ReadSource(YamlNode node)
    {
        var fields = new YamlFields(node, Where + ".source", problems);
        string? address = fields.GetText("repository");
        var references = new List<Glob>();
        foreach (var (item, text) in fields.FindTexts("refs"))
        {
            if (!text.StartsWith("refs/", StringComparison.Ordinal))
            {
                problems.Add(item, $"the reference \"{text}\" must be fully qualified, such as refs/heads/{text} or refs/tags/{text}.");
            }
            else if (Glob.TryParse(text, out var glob, out string? problem))
            {
                references.Add(glob);
            }
            else
            {
                problems.Add(item, $"the reference \"{text}\" cannot be used: {problem}.");
            }
        }

        bool requireCommit = fields.FindFlag("requireCommit", otherwise: true);
        fields.Finish();
        if (address is null)
        {
            return null;
        }

        if (GitRepository.TryParse(address, out var repository))
        {
            return new SourceRequirement(repository, references, requireCommit);
        }

        problems.Add(node, $"the repository \"{address}\" is no plain git address, such as https://git.example.com/org/app.");
        return null;
    }

    private ParameterRules ReadParameters(YamlNode node)
    {
        var fields = new YamlFields(node, Where + ".parameters", problems);
        var required = ReadMatchers(fields, "required");
        var allowed = ReadMatchers(fields, "allowed");
        var ignored = fields.FindTexts("ignored");
        fields.RefuseNotSupportedYet("unknown");
        fields.Finish();
        foreach (var (item, path) in ignored)
        {
            CheckPointer(item, path.EndsWith("/**", StringComparison.Ordinal) ? path[..^3] : path);
        }

        foreach (string both in required.Keys.Where(allowed.ContainsKey))
        {
            problems.Add(node, $"{both} stands under required and under allowed; choose one.");
        }

        return new ParameterRules { Required = required, Allowed = allowed, Ignored = [.. ignored.Select(static i => i.Text)] };
    }

    private Dictionary<string, ParameterMatcher> ReadMatchers(YamlFields fields, string name)
    {
        var matchers = new Dictionary<string, ParameterMatcher>(StringComparer.Ordinal);
        switch (fields.Find(name))
        {
            case null:
                break;
            case YamlMapping mapping:
                foreach (var (key, value) in mapping.Entries)
                {
                    CheckPointer(key, key.Value);
                    if (ReadMatcher(value, $"{fields.PathOf(name)}.\"{key.Value}\"") is { } matcher)
                    {
                        matchers[key.Value] = matcher;
                    }
                }

                break;
            case var other:
                problems.Add(other, $"{fields.PathOf(name)} must be a mapping from paths to matchers.");
                break;
        }

        return matchers;
    }

    private ParameterMatcher? ReadMatcher(YamlNode node, string path)
    {
        var fields = new YamlFields(node, path, problems);
        var equal = fields.Find("equals");
        var oneOf = fields.FindItems("oneOf");
        string? pattern = fields.FindText("pattern");
        bool any = fields.FindFlag("any", otherwise: false);
        fields.Finish();
        int kinds = (equal is null ? 0 : 1) + (oneOf.Count is 0 ? 0 : 1) + (pattern is null ? 0 : 1) + (any ? 1 : 0);
        if (kinds is not 1)
        {
            problems.Add(node, $"{path} needs exactly one of equals, oneOf, pattern and any: true.");
            return null;
        }

        if (any)
        {
            return ParameterMatcher.Any;
        }

        if (pattern is null)
        {
            return ParameterMatcher.OneOf([.. (equal is null ? oneOf : [equal]).Select(value => ReadValue(value, path)).OfType<object>()]);
        }

        try
        {
            return ParameterMatcher.Pattern(pattern);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            problems.Add(node, $"{path}.pattern cannot be used: {e.Message}");
            return null;
        }
    }

    private object? ReadValue(YamlNode node, string path)
    {
        switch (node)
        {
            case YamlScalar { IsUntypedText: true } text:
                return text.Value;
            case YamlScalar { Value: "true" or "false" } flag:
                return flag.Value is "true";
            case YamlScalar number when long.TryParse(number.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value):
                return value;
            default:
                problems.Add(node, $"{path} must be text, a whole number, true or false; put text in quotes.");
                return null;
        }
    }

    // RFC 6901, section 3.
    private void CheckPointer(YamlNode node, string pointer)
    {
        bool valid = pointer.StartsWith('/')
            && !pointer.Replace("~0", "", StringComparison.Ordinal).Replace("~1", "", StringComparison.Ordinal).Contains('~', StringComparison.Ordinal);
        if (!valid || pointer.Contains('*', StringComparison.Ordinal))
        {
            problems.Add(node, $"\"{pointer}\" is no JSON pointer into externalParameters, such as /parameters/image.");
        }
    }
}
