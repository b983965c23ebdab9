using Provenance.ArtifactStore.Configuring;
using Provenance.Attestor.Signing;
using Provenance.Attestor.Verifying;

namespace Provenance.Attestor.Policies;

/// <summary>Turns one YAML document into a policy, or says everything that keeps it from being one.</summary>
internal sealed class PolicyReader(YamlProblems problems, string folder)
{
    /// <summary>The <c>apiVersion</c> that is read.</summary>
    public const string ApiVersion = "provenance.dev/v1alpha1";

    private static readonly string[] Uses = ["provenance", "vsa", "sbom", "vuln", "test", "release"];

    private readonly Dictionary<string, PolicySigner> signers = new(StringComparer.Ordinal);
    private readonly HashSet<string> usedSigners = new(StringComparer.Ordinal);
    private readonly List<(YamlNode Node, TrustedBuilder Builder)> builders = [];

    /// <summary>The policy; null where there is a problem.</summary>
    public VerificationPolicy? Read(YamlNode root)
    {
        int before = problems.All.Count;
        var document = new YamlFields(root, "", problems);
        RequireText(document, "apiVersion", ApiVersion);
        RequireText(document, "kind", "VerificationPolicy");
        string? name = document.Get("metadata") is { } metadata ? ReadName(metadata) : null;
        var policy = document.Get("spec") is { } spec ? ReadSpec(spec, name ?? "") : null;
        document.Finish();
        return problems.All.Count == before ? policy : null;
    }

    private void RequireText(YamlFields fields, string name, string expected)
    {
        if (fields.Get(name) is { } value && !(value is YamlScalar text && text.Value == expected))
        {
            problems.Add(value, $"{fields.PathOf(name)} must be {expected}; nothing else is supported yet.");
        }
    }

    private string? ReadName(YamlNode node)
    {
        var metadata = new YamlFields(node, "metadata", problems);
        string? name = metadata.GetText("name");
        if (name is not null && !IsName(name))
        {
            problems.Add(node, $"metadata.name \"{name}\" must be lower-case letters, digits, dots and hyphens, at most 253.");
        }

        metadata.RefuseNotSupportedYet("namespace", "labels", "annotations");
        metadata.Finish();
        return name;
    }

    private VerificationPolicy ReadSpec(YamlNode node, string name)
    {
        var spec = new YamlFields(node, "spec", problems);
        var mode = ReadMode(spec);
        List<Glob> images = [], excluded = [];
        if (spec.Get("match") is { } matchNode)
        {
            var match = new YamlFields(matchNode, "spec.match", problems);
            images = [.. match.GetItems("images").Select(item => ReadGlob(item, "spec.match.images[]")).OfType<Glob>()];
            excluded = [.. match.FindItems("exclude").Select(item => ReadGlob(item, "spec.match.exclude[]")).OfType<Glob>()];
            match.RefuseNotSupportedYet("namespaceSelector", "objectSelector");
            match.Finish();
        }

        foreach (var item in spec.GetItems("signers"))
        {
            ReadSigner(item);
        }

        foreach (var item in spec.FindItems("builders"))
        {
            ReadBuilder(item);
        }

        var requirements = new List<Requirement>();
        foreach (var item in spec.GetItems("require"))
        {
            if (ReadRequirement(item) is not { } requirement)
            {
                continue;
            }

            if (requirements.Exists(other => other.Name == requirement.Name))
            {
                problems.Add(item, $"two entries of spec.require are called {requirement.Name}; names must be unique.");
            }

            requirements.Add(requirement);
        }

        foreach (var unused in signers.Values.Where(signer => !usedSigners.Contains(signer.Signer.Name)))
        {
            problems.Add(unused.Node, $"the signer {unused.Signer.Name} is not used by any entry of spec.require. Remove it, or use it.");
        }

        spec.RefuseNotSupportedYet("enforceFrom", "reference", "acceptVsa", "emitVsa", "limits", "onError", "waivers", "trustRoots");
        spec.Finish();
        return new VerificationPolicy(name, mode, images, excluded, requirements);
    }

    private PolicyMode ReadMode(YamlFields spec)
    {
        switch (spec.Find("mode"))
        {
            case null or YamlScalar { Value: "enforce" }:
                return PolicyMode.Enforce;
            case YamlScalar { Value: "warn" }:
                return PolicyMode.Warn;
            case YamlScalar { Value: "audit" }:
                return PolicyMode.Audit;
            case var other:
                problems.Add(other, "spec.mode must be enforce, warn or audit.");
                return PolicyMode.Enforce;
        }
    }

    private Glob? ReadGlob(YamlNode node, string path)
    {
        var fields = new YamlFields(node, path, problems);
        string? text = fields.GetText("glob");
        fields.Finish();
        if (text is null)
        {
            return null;
        }

        string first = text.Split('/')[0];
        if (text is not "**" && first.Contains('*', StringComparison.Ordinal))
        {
            problems.Add(node, $"the glob \"{text}\" leaves the registry open. Name the registry, or write ** alone to cover everything.");
        }
        else if (first.Any(char.IsAsciiLetterUpper))
        {
            problems.Add(node, $"the glob \"{text}\" must name the registry in lower case.");
        }

        if (Glob.TryParse(text, out var glob, out string? problem))
        {
            return glob;
        }

        problems.Add(node, $"the glob \"{text}\" cannot be used: {problem}.");
        return null;
    }

    private void ReadSigner(YamlNode node)
    {
        var fields = new YamlFields(node, "spec.signers[]", problems);
        string? name = fields.GetText("name");
        var uses = fields.GetTexts("use");
        foreach (var (useNode, use) in uses.Where(static use => !Uses.Contains(use.Text, StringComparer.Ordinal)))
        {
            problems.Add(useNode, $"\"{use}\" is no use of a signer; choose from {string.Join(", ", Uses)}.");
        }

        fields.RefuseNotSupportedYet("time", "notBefore", "notAfter", "revoked", "hashAlgorithm");
        var signer = ReadSigner(fields, node, name ?? "");
        fields.Finish();
        if (name is null)
        {
            return;
        }

        // A signer that cannot be used stays known, so that its users are not reported as well; the policy is refused anyway.
        if (!signers.TryAdd(name, new PolicySigner(node, signer ?? TrustedSigner.OwnerOf(name, null!), [.. uses.Select(static use => use.Text)])))
        {
            problems.Add(node, $"two signers are called {name}; names must be unique.");
        }
    }

    private TrustedSigner? ReadSigner(YamlFields fields, YamlNode node, string name)
    {
        switch (fields.Find("key"), fields.Find("keyless"))
        {
            case ({ } key, null):
                return PolicyKey.Read(key, name, folder, problems);
            case (null, { } keyless):
                return PolicyIdentity.Read(keyless, name, folder, problems);
            default:
                problems.Add(node, "spec.signers[] needs either key or keyless.");
                return null;
        }
    }

    private void ReadBuilder(YamlNode node)
    {
        var fields = new YamlFields(node, "spec.builders[]", problems);
        string? id = fields.GetText("id");
        var names = fields.GetTexts("signers");
        int level = fields.FindLevel("maxLevel", 1);
        var buildTypes = fields.GetTexts("buildTypes");
        fields.Finish();
        foreach (var (nameNode, name) in names)
        {
            if (FindSigner(nameNode, name) is { } signer && !signer.Uses.Contains("provenance", StringComparer.Ordinal))
            {
                problems.Add(nameNode, $"the signer {name} speaks for a builder, so its use must list provenance.");
            }
        }

        if (id is not null)
        {
            builders.Add((node, new TrustedBuilder(id, [.. names.Select(static n => n.Text)], level, [.. buildTypes.Select(static t => t.Text)])));
        }
    }

    private Requirement? ReadRequirement(YamlNode node)
    {
        var fields = new YamlFields(node, "spec.require[]", problems);
        string? name = fields.GetText("name");
        var types = fields.GetTexts("predicateTypes");
        fields.RefuseNotSupportedYet("threshold", "maxAge", "vulnerabilities", "sbom", "test", "external");
        var trusted = new List<TrustedSigner>();
        foreach (var (signerNode, signerName) in fields.GetTexts("signers"))
        {
            if (FindSigner(signerNode, signerName) is { } signer)
            {
                usedSigners.Add(signerName);
                trusted.Add(signer.Signer);
                RefuseWrongUse(signerNode, signer, types);
            }
        }

        bool isProvenance = types.Any(static type => type.Text is SlsaPredicate.Type);
        var provenance = fields.Find("provenance");
        fields.Finish();
        if (isProvenance && (provenance is null || types.Count > 1))
        {
            problems.Add(node, provenance is null
                ? "a requirement of SLSA provenance needs spec.require[].provenance, with minLevel at least; otherwise any builder would do."
                : "a requirement of SLSA provenance cannot list other predicate types; write two requirements.");
        }
        else if (!isProvenance && provenance is not null)
        {
            problems.Add(provenance, $"spec.require[].provenance works with the predicate type {SlsaPredicate.Type} only.");
        }

        var check = isProvenance && provenance is not null ? new ProvenanceReader(problems, builders, trusted).Read(provenance) : null;
        return name is null
            ? null
            : new Requirement { Name = name, Signers = trusted, PredicateTypes = [.. types.Select(static type => type.Text)], Predicate = check };
    }

    private void RefuseWrongUse(YamlNode node, PolicySigner signer, IEnumerable<(YamlNode Node, string Text)> types)
    {
        foreach (var (_, type) in types)
        {
            if (UseOf(type) is { } use && !signer.Uses.Contains(use, StringComparer.Ordinal))
            {
                problems.Add(node, $"the signer {signer.Signer.Name} is to sign {type}, so its use must list {use}.");
            }
        }
    }

    private PolicySigner? FindSigner(YamlNode node, string name)
    {
        if (signers.TryGetValue(name, out var signer))
        {
            return signer;
        }

        problems.Add(node, $"there is no signer called {name} under spec.signers.");
        return null;
    }

    private static string? UseOf(string predicateType) => predicateType switch
    {
        SlsaPredicate.Type => "provenance",
        _ when predicateType.StartsWith("https://slsa.dev/verification_summary/", StringComparison.Ordinal) => "vsa",
        _ when predicateType.StartsWith("https://spdx.dev/", StringComparison.Ordinal) => "sbom",
        _ when predicateType.StartsWith("https://cyclonedx.org/", StringComparison.Ordinal) => "sbom",
        _ when predicateType.StartsWith("https://in-toto.io/attestation/vulns/", StringComparison.Ordinal) => "vuln",
        _ when predicateType.StartsWith("https://in-toto.io/attestation/test-result/", StringComparison.Ordinal) => "test",
        _ when predicateType.StartsWith("https://in-toto.io/attestation/release/", StringComparison.Ordinal) => "release",
        _ => null,
    };

    private static bool IsName(string name) =>
        name.Length <= 253 && name.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '.');
}
