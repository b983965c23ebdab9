using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Provenance.Attestor.Signing;
using Provenance.Attestor.SigningServices;
using Provenance.Attestor.Trust;
using static Provenance.Attestor.Tests.SigningServices.SigningConfigText;

namespace Provenance.Attestor.Tests.SigningServices;

public sealed class ServiceSelectionTests
{
    [Fact]
    public void The_public_instance_is_chosen_as_it_asks_for()
    {
        var first = SigningConfig.Parse(PublicGood());
        var second = SigningConfig.Parse(PublicGood("signing_config_rekor_v2.v0.2.json"));

        ServiceSelection.CertificateAuthority(first, Now).Uri.Host.Should().Be("fulcio.sigstore.dev");
        ServiceSelection.TimestampAuthorities(first, Now).Should().ContainSingle().Which.Uri.Host.Should().Be("timestamp.sigstore.dev");
        ServiceSelection.Logs(first, Now, version: null).Should().ContainSingle().Which.MajorApiVersion.Should().Be(1);
        ServiceSelection.Logs(second, Now, version: null).Should().ContainSingle().Which.MajorApiVersion.Should().Be(2);
    }

    [Fact]
    public void The_operator_of_this_program_has_the_last_word_on_the_version_of_the_log()
    {
        var config = Parse();

        ServiceSelection.Logs(config, Now, version: 1).Should().ContainSingle().Which.Uri.Host.Should().Be("rekor.sigstore.dev");
        FluentActions.Invoking(() => ServiceSelection.Logs(SigningConfig.Parse(PublicGood()), Now, version: 2)).Should().Throw<SigningServiceException>()
            .WithMessage("*no transparency log*of version 2*rekor.sigstore.dev (version 1,*");
    }

    [Fact]
    public void A_log_whose_time_has_not_come_is_passed_over()
    {
        var config = Parse();
        var start = config.Logs[0].ValidFor.Start;

        ServiceSelection.Logs(config, start.AddTicks(-1), version: null)[0].MajorApiVersion.Should().Be(1);
        ServiceSelection.Logs(config, start, version: null)[0].MajorApiVersion.Should().Be(2);
    }

    [Fact]
    public void A_config_that_lists_no_logs_wants_none_but_there_is_no_certificate_without_an_authority()
    {
        var config = Parse(json =>
        {
            json.Remove("rekorTlogUrls");
            json.Remove("rekorTlogConfig");
            json["tsaUrls"] = new JsonArray();
            json.Remove("caUrls");
        });

        ServiceSelection.Logs(config, Now, version: null).Should().BeEmpty();
        ServiceSelection.TimestampAuthorities(config, Now).Should().BeEmpty();
        FluentActions.Invoking(() => ServiceSelection.CertificateAuthority(config, Now)).Should().Throw<SigningServiceException>().WithMessage("*no certificate authority*caUrls*");
    }

    /// <summary>Services as version, first year, last year (0: open) and operator; then what is chosen in 2026, as indices.</summary>
    [Theory]
    [InlineData("ANY", "1 2020 0 a", "0")]
    [InlineData("ANY", "1 2020 0 a, 2 2019 0 a", "1")] // the highest version, though older
    [InlineData("ANY", "1 2020 0 a, 3 2021 0 a", "0")] // not above what is supported
    [InlineData("ANY", "1 2020 0 a, 2 2020 2025 a", "0")] // a higher one that is over
    [InlineData("ANY", "1 2020 0 a, 2 2027 0 a", "0")] // a higher one that is to come
    [InlineData("ANY", "1 2020 0 a, 1 2022 0 b, 1 2021 0 c", "1")] // the newest
    [InlineData("ANY", "1 2020 0 a, 1 2020 0 b", "0")] // the first of equals
    [InlineData("ALL", "1 2020 0 a, 1 2022 0 b, 1 2021 0 c", "1 2 0")]
    [InlineData("ALL", "1 2020 0 a, 1 2022 0 b, 1 2021 0 b", "1 0")] // one for each operator, the newest
    [InlineData("ALL", "1 2020 0 a, 2 2019 0 b", "1")] // never two versions
    [InlineData("ALL", "1 2020 0 -, 1 2021 0 -", "1")] // nobody is one operator
    [InlineData("EXACT 1", "1 2020 0 a, 1 2022 0 b", "1")]
    [InlineData("EXACT 2", "1 2020 0 a, 1 2022 0 b, 1 2021 0 c", "1 2")]
    public void Services_are_chosen_by_version_time_and_operator(string selector, string services, string chosen)
    {
        var listed = Read(services);

        ServiceSelection.Choose("log", listed, Count(selector), [2, 1], Now).Should().Equal(chosen.Split(' ').Select(index => listed[int.Parse(index)]));
    }

    [Theory]
    [InlineData("ANY", "3 2020 0 a", "no log*version 2 or 1*host0.example (version 3")]
    [InlineData("ANY", "1 2020 2025 a, 2 2027 0 b", "no log*2026-11-20T12:00:00Z*host0.example*2025-01-01T00:00:00Z*host1.example")]
    [InlineData("ALL", "1 2027 0 a", "no log")]
    [InlineData("EXACT 2", "1 2020 0 a", "asks for 2*lists 1*host0.example")]
    [InlineData("EXACT 2", "1 2020 0 a, 1 2021 0 a", "asks for 2*another operator*lists 1*host1.example")]
    [InlineData("EXACT 2", "1 2020 0 a, 2 2021 0 b", "asks for 2*one version*lists 1*host1.example")]
    [InlineData("SERVICE_SELECTOR_UNDEFINED", "1 2020 0 a", "does not say how many*log*ANY, ALL or EXACT")]
    public void A_config_that_cannot_be_met_says_what_is_missing(string selector, string services, string message)
    {
        var fault = FluentActions.Invoking(() => ServiceSelection.Choose("log", Read(services), Count(selector), [2, 1], Now)).Should().Throw<SigningServiceException>().WithMessage($"*{message}*").Which;

        fault.Should().BeEquivalentTo(new { Code = SigningServiceException.Unavailable, IsTransient = false });
    }

    [Fact]
    public void Both_ends_of_the_time_belong_to_it()
    {
        var listed = Read("1 2020 2025 a");
        var window = listed[0].ValidFor;

        foreach (var time in new[] { window.Start, window.End!.Value })
        {
            ServiceSelection.Choose("log", listed, Count("ANY"), [1], time).Should().HaveCount(1);
        }

        foreach (var time in new[] { window.Start.AddTicks(-1), window.End!.Value.AddTicks(1) })
        {
            FluentActions.Invoking(() => ServiceSelection.Choose("log", listed, Count("ANY"), [1], time)).Should().Throw<SigningServiceException>();
        }
    }

    [Fact]
    public void The_rules_hold_for_any_list()
    {
        var service =
            from version in Gen.Choose(1, 3)
            from start in Gen.Choose(2018, 2028)
            from end in Gen.Elements(0, 2024, 2028, 2030)
            from name in Gen.Elements("a", "b", "c", "-")
            select $"{version} {start} {(end > start ? end : 0)} {name}";
        var cases =
            from services in Gen.NonEmptyListOf(service)
            from selector in Gen.Elements("ANY", "ALL", "EXACT 1", "EXACT 2", "EXACT 3")
            select (Listed: Read(string.Join(", ", services)), Count: Count(selector));

        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var usable = c.Listed.Where(s => s.MajorApiVersion <= 2 && s.ValidFor.Contains(Now)).ToList();
            int operators = usable.Where(s => s.MajorApiVersion == usable.Max(static u => u.MajorApiVersion)).Select(static s => s.Operator).Distinct().Count();
            int wanted = c.Count.Selector is ServiceSelector.Exact ? c.Count.Count : c.Count.Selector is ServiceSelector.Any ? 1 : Math.Max(operators, 1);
            try
            {
                var chosen = ServiceSelection.Choose("log", c.Listed, c.Count, [2, 1], Now);
                return chosen.Count == wanted && chosen.All(usable.Contains) && chosen.All(s => s.MajorApiVersion == usable.Max(static u => u.MajorApiVersion))
                    && chosen.Select(static s => s.Operator).Distinct().Count() == chosen.Count
                    && chosen.Select(static s => s.ValidFor.Start).SequenceEqual(chosen.Select(static s => s.ValidFor.Start).OrderDescending())
                    && chosen.All(s => !usable.Exists(u => u.Operator == s.Operator && u.MajorApiVersion == s.MajorApiVersion && u.ValidFor.Start > s.ValidFor.Start));
            }
            catch (SigningServiceException)
            {
                return operators < wanted;
            }
        }).QuickCheckThrowOnFailure();
    }

    private static ServiceCount Count(string text) => text.Split(' ') switch
    {
        ["EXACT", var count] => new ServiceCount(ServiceSelector.Exact, int.Parse(count)),
        ["ANY"] => new ServiceCount(ServiceSelector.Any, 0),
        ["ALL"] => new ServiceCount(ServiceSelector.All, 0),
        _ => default,
    };

    private static List<SigningService> Read(string services) => [.. services.Split(", ").Select(static (text, index) =>
    {
        string[] parts = text.Split(' ');
        return new SigningService(
            new Uri($"https://host{index}.example"),
            int.Parse(parts[0]),
            new ValidityWindow(Year(parts[1]), parts[2] is "0" ? null : Year(parts[2])),
            parts[3] is "-" ? "" : parts[3]);
    })];

    private static DateTimeOffset Year(string text) => new(int.Parse(text), 1, 1, 0, 0, 0, TimeSpan.Zero);
}
