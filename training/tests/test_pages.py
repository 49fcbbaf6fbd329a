"""The administrator's pages: who may open them, what they begin, and what they say."""

import re
from datetime import timedelta
from functools import partial

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import classrooms
from accounts.models import User
from grading.tests.school import School
from training import datasets, recipes, registry, rows, words
from training.datasets import About
from training.models import Alias, Dataset, Evaluation, ModelVersion, Promotion, Run, RunStage
from training.tests.test_gate import AFTER, BEFORE, transcripts, version
from training.urls import urlpatterns
from tutor import serving
from tutor.models import Worker

pytestmark = pytest.mark.django_db
PROBLEMS = [{"id": f"p{at}", "question": f"What is {at} + 2?", "expected": str(at + 2)} for at in range(50)]


SAMPLE = {"name": "sample", "kind": "sample", "config": {}}


@pytest.fixture
def run(place, admin):
    config = {"stages": [{"name": "sft", "kind": "sft", "config": {"epochs": 3}}, SAMPLE], "base": "smollm2"}
    run = Run.objects.create(recipe="small", config=config, device="cpu", by=admin, state="running", queued=timezone.now(), pid=1)
    stage = RunStage.objects.create(run=run, number=0, name="sft", kind="sft", state="running", done=3, total=10, started=timezone.now())
    stage.folder.mkdir(parents=True)
    found = [{"time": at, "done": at, "total": 10, "loss": 2.0 / at, "grad_norm": 1.0} for at in (1, 2, 3)]
    rows.write(stage.folder / "progress.jsonl", found)
    (run.folder / "sft.log").write_text("<b>loading the weights</b>\n")
    return run


@pytest.fixture
def dataset(place, admin):
    return datasets.keep(PROBLEMS, About(name="sums", source=Dataset.Source.IMPORT, licence="CC0", by=admin))


@pytest.fixture
def model(tmp_path, settings):
    settings.ENGINE_URL = ""
    return version(tmp_path, "new", AFTER)


REPORT = {
    "n": 1,
    "problems": 3,
    "unbiased": {"maj@1": {"value": 50.0, "interval": [40.0, 60.0]}},
    "differences": {"maj@1 - greedy": {"value": -1.0, "interval": [-4.0, 2.0]}},
    "select": "majority",
    "picked": 50.0,
}


def _evaluation(run):
    (run.folder / "transcripts.jsonl").touch()
    fields = {"name": "dev", "data": "dev.jsonl", "model": "small", "mode": "cot", "report": REPORT}
    return Evaluation.objects.get_or_create(folder=str(run.folder), defaults=fields)[0]


def address(name, run, dataset, model):
    about = {"build": "thumbs"}
    for names, thing in (("run log cancel resume delete_run", run), ("dataset export delete_dataset", dataset)):
        about |= dict.fromkeys(names.split(), thing.pk)
    about |= dict.fromkeys(["evaluation", "transcripts", "delete_evaluation"], _evaluation(run).pk)
    about |= dict.fromkeys(["model", "promote", "measure", "delete_model"], model.pk)
    return reverse(f"training:{name}", args=[about[name]] if name in about else [])


def test_only_an_administrator_finds_anything(run, dataset, model, admin, client_of):
    people = [User.objects.create(username=role, role=role) for role in (User.Role.STUDENT, User.Role.TEACHER)]
    names = [pattern.name for pattern in urlpatterns]
    assert len(set(names)) == len(names)
    others = [client_of(person) for person in people]
    for name in names:
        where = address(name, run, dataset, model)
        for method in ("get", "post"):
            found = {status(getattr(client, method)(where)) for client in others}
            assert found <= {404, 405}, (name, method, found)
            assert status(getattr(Client(), method)(where)) in (302, 405), name
    tried = {status(client_of(admin).get(address(name, run, dataset, model))) for name in names if name != "compare"}
    assert tried == {200, 405}


def status(answer):
    if answer.streaming:
        list(answer.streaming_content)  # a file is closed at its end
    return answer.status_code


def test_a_run_s_page_shows_stages_curves_and_log(run, admin, client_of):
    page = client_of(admin).get(reverse("training:run", args=[run.pk])).content.decode()
    assert 'value="30"' in page
    assert "polyline" in page
    assert "&lt;b&gt;loading the weights&lt;/b&gt;" in page  # what a stage says is no HTML
    RunStage.objects.update(eta=36_000)
    part = client_of(admin).get(reverse("training:run", args=[run.pk]), headers={"HX-Request": "true"}).content.decode()
    assert "about 10\xa0hours left" in part
    assert "<html" not in part
    assert 'data-state="Running"' in part


def test_a_run_has_one_colour_in_all_charts(run):
    """Also in those that the other run has nothing for."""
    from training.charts import of_runs

    other = Run.objects.create(recipe="small", config=run.config, device="gpu", state="done", queued=timezone.now())
    RunStage.objects.create(run=other, number=0, name="sft", kind="sft")
    assert {line.place for chart in of_runs([other, run]) for line in chart.lines} == {1}


def test_a_curve_goes_from_corner_to_corner(run):
    from training.charts import of_runs

    loss = next(chart for chart in of_runs([run]) if chart.title == "Loss")
    assert (loss.low, loss.high, loss.steps) == (2 / 3, 2.0, 3)
    assert loss.lines[0].path == "4.0,4.0 160.0,80.5 316.0,106.0"


def test_a_run_is_begun_stopped_and_gone_on_with(place, admin, client_of, dataset):
    client = client_of(admin)
    data = {"recipe": "cpu-demo", "problems": dataset.pk}
    assert client.post(reverse("training:start"), data).status_code == 302
    run = Run.objects.get()
    assert (run.state, run.by, list(run.datasets.all()), run.stages.count()) == ("queued", admin, [dataset], 10)
    assert "Begins in a moment" in client.get(reverse("training:run", args=[run.pk])).content.decode()
    held = Run.objects.create(recipe="small", config=run.config, device="cpu", state="running", queued=timezone.now())
    assert "1 run is before it" in client.get(reverse("training:run", args=[run.pk])).content.decode()
    held.delete()
    client.post(reverse("training:cancel", args=[run.pk]))
    assert Run.objects.get().state == "stopped"
    client.post(reverse("training:resume", args=[run.pk]))
    assert Run.objects.get().state == "queued"
    answer = client.post(reverse("training:delete_run", args=[run.pk]), follow=True)
    assert "Stop it first" in answer.content.decode()
    client.post(reverse("training:cancel", args=[run.pk]))
    assert "Deleted, with its files." in client.post(reverse("training:delete_run", args=[run.pk]), follow=True).text
    assert not Run.objects.exists()
    assert client.post(reverse("training:start"), {"recipe": "no such"}).status_code == 422


def test_a_dataset_that_a_run_would_pass_over_is_refused(place, dataset):
    datasets.keep(PROBLEMS, About(name="more", source=Dataset.Source.IMPORT))
    datasets.keep(PROBLEMS, About(name="curated", source=Dataset.Source.RUN, kind=Dataset.Kind.TRAINING))
    for names, said in ((["sums", "more"], "sums, v1 and more, v1 are of one kind"), (["curated"], "curated, v1 is a training file")):
        with pytest.raises(CommandError, match=said):
            call_command("iterate", "--recipe", "cpu-demo", *(f"--dataset={name}" for name in names))
    assert not Run.objects.exists()


def test_what_stages_do_and_what_their_figures_mean_is_said(run, admin, client_of):
    figures = {"groups_without_pair": 51, "maj@4": {"value": 50.0, "interval": [40.0, 60.0]}, "of_its_own": 1}
    RunStage.objects.update(kind="reward_model", state="done", figures=figures)
    show = partial(client_of(admin).get, reverse("training:run", args=[run.pk]))
    page = re.sub(r"\s+", " ", show().text)
    assert "A reward model learns to tell right solutions from wrong ones." in page
    assert re.search(r'<dt>Right by majority of 4</dt><dd class="mono">\s*50.0 % \[40.0, 60.0\]', page)
    assert "<dt>of_its_own</dt>" in page
    assert "groups_without_pair" not in page
    assert "因没有这样的配对而略过的题目" in show(headers={"accept-language": "zh-hans"}).text
    assert set(words.STAGES) == set(recipes.KINDS)


def test_what_runs_take_of_the_disk_is_said(run, admin, client_of):
    (run.folder / "sft" / "weights").write_bytes(bytes(3 * 2**20))
    assert "3.0\xa0MB on the disk" in client_of(admin).get(reverse("training:run", args=[run.pk])).text
    assert re.search(r"all runs take 3\.0\xa0MB; \d+.* of the disk are free", client_of(admin).get(reverse("training:runs")).text)


def test_what_the_training_brought_is_held_against_its_beginning(model, tmp_path, admin, client_of):
    """Beside the gate, whose model is another one."""
    Alias.objects.create(name="champion", version=version(tmp_path, "serves"))
    model.parent = version(tmp_path, "begun-with", BEFORE)
    model.save()
    page = client_of(admin).get(reverse("training:model", args=[model.pk])).text
    assert "What the training brought, against begun-with" in page
    assert page.count("fixed 2, broke 1") == 1
    Alias.objects.update(version=model.parent)
    page = client_of(admin).get(reverse("training:model", args=[model.pk])).text
    assert ("What the training brought" in page, page.count("fixed 2, broke 1")) == (False, 1)


def test_two_runs_are_compared(run, admin, client_of):
    other = Run.objects.create(recipe="small", config=run.config, device="gpu", state="done", queued=timezone.now())
    other.config["stages"][0] = {"name": "sft", "kind": "sft", "config": {"epochs": 5, "lora_rank": 16}}
    other.save()
    RunStage.objects.create(run=other, number=0, name="sft", kind="sft", state="done", figures={"loss": 0.24995854, "failed_blocks": None})
    page = client_of(admin).get(reverse("training:compare"), {"a": run.pk, "b": other.pk}).content.decode()
    assert run.number in page
    assert re.search(r'<dd class="mono">0\.25\s*</dd>', page)
    assert re.findall(r"<dt>(epochs|lora_rank)</dt><dd class=\"mono\">(.*?)</dd>", page) == [
        *(("epochs", "3"), ("lora_rank", "–")),
        *(("epochs", "5"), ("lora_rank", "16")),
    ]
    assert "failed_blocks" not in page + client_of(admin).get(reverse("training:run", args=[other.pk])).text  # no code ran
    assert client_of(admin).get(reverse("training:compare"), {"a": run.pk, "b": "x"}).status_code == 404


def test_the_gate_is_shown_and_promotion_reaches_the_workers_and_back(model, tmp_path, admin, client_of):
    old = version(tmp_path, "old", BEFORE)
    Alias.objects.create(name="champion", version=old)
    client = client_of(admin)
    page = client.get(reverse("training:model", args=[model.pk])).content.decode()
    assert "fixed 2, broke 1" in page
    assert "Question b?" in page
    answer = client.post(reverse("training:promote", args=[model.pk]), {"why": "two more"}, follow=True)
    assert "The workers load this model" in answer.content.decode()
    assert serving.wanted() == serving.Served("new", model.gguf)
    [promotion] = Promotion.objects.all()
    assert (promotion.by, promotion.why, promotion.compared[0]["broke"]) == (admin, "two more", 1)
    assert "Roll back" in answer.content.decode()
    answer = client.post(reverse("training:roll_back"), {"decision": promotion.pk}, follow=True)
    assert serving.wanted() == serving.Served("old", old.gguf)
    assert "Roll back" not in answer.content.decode()


def test_who_decides_goes_by_what_serves_still(model, tmp_path, admin, client_of):
    """Two administrators have a page open, and both take back the newest promotion: the one before it stays."""
    client = client_of(admin)
    for each in (version(tmp_path, "old", BEFORE), model):
        registry.promote(each, by=admin)
    seen = client.get(reverse("training:models")).context["decision"]
    assert client.get(reverse("training:model", args=[registry.known("other", "").pk])).context["decision"] == seen
    for _administrator in range(2):
        answer = client.post(reverse("training:roll_back"), {"decision": seen}, follow=True)
    assert "Somebody else has decided" in answer.content.decode()
    assert serving.wanted().name == "old"
    client.post(reverse("training:promote", args=[model.pk]), {"decision": seen})  # it was compared with itself
    assert serving.wanted().name == "old"


def test_why_two_models_were_not_compared_is_said_in_the_reader_s_language(model, tmp_path, admin, client_of):
    old = version(tmp_path, "old", BEFORE, tokens=200)
    Alias.objects.create(name="champion", version=old)
    show = partial(client_of(admin).get, reverse("training:model", args=[model.pk]), headers={"accept-language": "zh-hans"})
    assert "dev：评测两个模型时的设置不同。请重新评测。" in show().text
    measured = {"tokens": 100, "mode": "cot"}
    for each, right in ((old, {"a": True}), (model, {"b": True})):
        transcripts(tmp_path / f"{each.name}.jsonl", right)
        each.evaluations["sha"]["config"] = measured
        each.save()
    assert "dev：没有一道题对两个模型都作出了判定。" in show().text
    (tmp_path / "old.jsonl").unlink()
    assert "dev：评测结果无法读取" in show().text


@pytest.mark.parametrize(("worker", "loading"), [({}, True), ({"serving": "new"}, False), ({"serving_error": "No such file."}, False)])
def test_a_worker_that_has_another_model_than_the_chosen_one_loads_it(model, admin, client_of, worker, loading):
    serving.serve("new", model.gguf)
    Worker.objects.create(name="one", seen=timezone.now(), engine_loading=False, model="old.gguf", **worker)
    page = client_of(admin).get(reverse("training:workers")).content.decode()
    assert ("Loading new" in page, "old.gguf" in page) == (loading, True)


def test_why_another_model_than_the_chosen_one_serves_is_said(model, admin, client_of):
    serving.serve("new", model.gguf)
    fields = {"seen": timezone.now(), "engine_loading": False, "model": "old-model", "serving": "old"}
    worker = Worker.objects.create(name="one", serving_error="No such file.", **fields)
    page = client_of(admin).get(reverse("training:models")).content.decode()
    assert "old-model serves, because new cannot be loaded: No such file." in page
    serving.serve("", "")  # back to the settings' model, which cannot be loaded
    assert f"because {registry.settings_model()} cannot be loaded" in client_of(admin).get(reverse("training:workers")).content.decode()
    Worker.objects.filter(pk=worker.pk).update(engine_error="No model at all.", serving="new")
    page = client_of(admin).get(reverse("training:workers")).content.decode()
    assert ("No model at all." in page, "serves" in page, "Loading" in page) == (True, False, False)
    Worker.objects.update(seen=timezone.now() - timedelta(minutes=1))  # it was killed, and it was the only one
    assert "No worker is running." in client_of(admin).get(reverse("training:workers")).content.decode()


def test_a_model_stays_while_a_run_that_begins_with_it_is_not_over(run, model, admin, client_of):
    model.run = Run.objects.create(recipe="first", config=run.config, device="cpu", state="done", queued=timezone.now())
    model.save()
    client = client_of(admin)
    for state in ("queued", "running", "stopping"):
        Run.objects.filter(pk=run.pk).update(base=model, state=state)
        answer = client.post(reverse("training:delete_model", args=[model.pk]), follow=True)
        assert "A run that is not over needs this model" in answer.content.decode()
        assert Run.objects.get(pk=run.pk).base == model
    Run.objects.filter(pk=run.pk).update(state="stopped")
    assert "Deleted, with its files." in client.post(reverse("training:delete_model", args=[model.pk]), follow=True).text
    assert not ModelVersion.objects.filter(pk=model.pk).exists()
    answer = client.post(reverse("training:resume", args=[run.pk]), follow=True)  # it would go on from another model
    assert "began with or learnt from was deleted since" in answer.content.decode()
    assert Run.objects.get(pk=run.pk).state == "stopped"


def test_both_models_are_measured_on_what_they_lack(model, tmp_path, admin, client_of, dataset):
    old = version(tmp_path, "old", BEFORE)
    Alias.objects.create(name="champion", version=old)
    client = client_of(admin)
    assert "measured on these" in client.post(reverse("training:measure", args=[model.pk]), follow=True).content.decode()
    client.post(reverse("training:measure", args=[model.pk]), {"problems": dataset.pk})
    run = Run.objects.get()
    configs = [stage.settings["config"] for stage in run.stages.all()]
    assert [config["gguf"] for config in configs] == [model.gguf, old.gguf]
    assert {config["problems"] for config in configs} == {str(dataset.file)}


def test_what_is_gone_is_not_measured(model, admin, client_of, dataset):
    """Neither a dataset whose file is lost, nor the sets of earlier times that were deleted or changed since."""
    measure = partial(client_of(admin).post, reverse("training:measure", args=[model.pk]), follow=True)
    there = {"name": "ours", "transcripts": "", "figures": {}, "config": {"problems": str(dataset.file), "mode": "cot"}}
    model.evaluations["a digest of what it was"] = there
    model.save()
    measure()
    run = Run.objects.get()
    assert [stage.settings["config"]["problems"] for stage in run.stages.all()] == 2 * [str(dataset.file)]
    assert list(run.datasets.all()) == [dataset]  # whose rows it copies, and with which these have to go
    dataset.file.unlink()
    assert "The file of this dataset is gone." in measure({"problems": dataset.pk}).content.decode()
    assert "have no file that can be measured" in measure().content.decode()
    assert Run.objects.count() == 1


# --- Datasets -------------------------------------------------------------------------------------------------------------


def upload(client, text, name="八年级-mine"):
    file = SimpleUploadedFile("mine.jsonl", text.encode())
    return client.post(reverse("training:import"), {"name": name, "file": file, "licence": "MIT"}, follow=True)


def test_a_file_is_imported_looked_at_and_exported(place, admin, client_of):
    client = client_of(admin)
    text = "".join(f'{{"question": "<i>{at}</i>?", "answer": "so #### {at}"}}\n' for at in range(25))
    assert "&lt;i&gt;0&lt;/i&gt;" in upload(client, text).content.decode()
    upload(client, text)
    first, second = Dataset.objects.order_by("version")
    assert (first.version, second.version, first.rows, first.kind, first.licence) == (1, 2, 25, "problems", "MIT")
    assert first.sha256 == datasets.digest(first.file)
    assert client.get(reverse("training:dataset", args=[first.pk]), {"page": "²"}).status_code == 200
    page = client.get(reverse("training:dataset", args=[first.pk]), {"page": "2"}).content.decode()
    assert "&lt;i&gt;24&lt;/i&gt;" in page
    assert "&lt;i&gt;0&lt;/i&gt;" not in page
    exported = client.get(reverse("training:export", args=[first.pk]))
    assert b"".join(exported.streaming_content).decode() == text


def test_of_a_bar_in_a_log_the_last_state_is_shown(run, admin, client_of):
    run.stages.update(started=timezone.now())
    log = run.folder / f"{run.stages.last().name}.log"
    log.write_bytes(b"begun\n" + b"".join(b"\rLoading %d%%" % share for share in range(101)) + b"\nread\r\nTraining 1%\rTraining 2%")
    page = client_of(admin).get(reverse("training:log", args=[run.pk]))
    assert page.text == "begun\nLoading 100%\nread\nTraining 2%"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"question": "1?", "expected": ""}\n', "第 1 行：“expected”中没有答案。"),
        ('{"id": 1, "question": "1?", "expected": "1"}\n' * 2, "第 2 行：有两道题的编号是 1。"),
        ("question,expected\n", "这不是 JSON 行文件："),
        ('{"id": "\\ud83d", "question": "1?", "expected": "1"}\n' * 2, "第 2 行：有两道题的编号是 ?。"),
        ('{"\\ud83d": 1}\n', "第 1 行：没有已知的题集含有这些字段：?。"),
    ],
)
def test_a_bad_file_is_refused_in_the_reader_s_language(place, admin, client_of, text, said):
    file = SimpleUploadedFile("mine.jsonl", text.encode())
    answer = client_of(admin).post(reverse("training:import"), {"name": "x", "file": file}, headers={"Accept-Language": "zh-hans"})
    assert said in answer.text


def test_strange_rows_are_shown(place, admin, client_of):
    page = upload(client_of(admin), r'{"question": "1?", "expected": "1", "items": 5, "note": "\ud83d", "long": "' + 5_000 * "y" + '"}\n')
    assert (page.status_code, '<dd class="said">?</dd>' in page.text, "<dt>items</dt>" in page.text) == (200, True, True)
    assert 1_000 < page.text.count("y") < 3_000


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "There is no row in it."),
        ('{"question": "1?", "expected": "1"}\nnonsense\n', "line 2"),
        ('{"question": "1?"}\n', "no known set has the fields"),
        ('{"id": "a", "question": "1?", "expected": "1"}\n{"id": "a", "question": "2?", "expected": "2"}\n', "two problems have the id a"),
        ('{"question": "1?", "label": "right"}\n', "line 1: this is no judged solution: This is no row of"),
        ('{"question": "1?", "expected": "1"}\n{"question": "2?", "exp', "line 2"),  # the copy was cut off
    ],
)
def test_a_bad_file_is_refused_with_its_reason_and_leaves_nothing(place, admin, client_of, text, said):
    answer = upload(client_of(admin), text or "\n")
    assert answer.status_code == 422
    assert f'action="{reverse("training:import")}#import"' in answer.text  # below all datasets, where nobody would see the reason
    assert said in answer.content.decode()
    assert not Dataset.objects.exists()
    assert list((place / "datasets").iterdir()) == []


def test_a_folder_that_takes_no_file_is_said(place, admin, client_of):
    (place / "datasets").touch()  # as a full disk, or one that cannot be written to
    answer = upload(client_of(admin), '{"question": "1?", "expected": "1"}\n')
    assert (answer.status_code, "File exists" in answer.content.decode()) == (422, True)
    school = School()
    classrooms.allow_training(school.classroom, school.teacher, allowed=True)
    school.decide(school.hand_in())
    answer = client_of(admin).post(reverse("training:build", args=["overrides"]), follow=True)
    assert (answer.status_code, "File exists" in answer.content.decode()) == (200, True)


def test_a_curated_dataset_goes_with_the_copy_in_the_run_that_made_it(run, admin, client_of):
    Run.objects.update(state="done")
    curate = RunStage.objects.create(run=run, number=1, name="curate", kind="curate", state="done")
    curate.folder.mkdir()
    curated = datasets.keep(PROBLEMS, About(name="curated", source=Dataset.Source.RUN), run=run)
    client_of(admin).post(reverse("training:delete_dataset", args=[curated.pk]))
    assert not curate.folder.exists()
    assert Run.objects.get().data_deleted
    assert (run.folder / "sft").exists()  # weights


def test_what_is_deleted_goes_with_all_that_was_made_from_it(run, dataset, model, admin, client_of):
    client = client_of(admin)
    run.datasets.add(dataset)
    model.evaluations[dataset.sha256] = model.evaluations["sha"] | {"transcripts": str(transcripts(run.folder / "measured.jsonl", AFTER))}
    model.save()
    sample = RunStage.objects.create(run=run, number=1, name="sample", kind="sample", state="done")
    sample.folder.mkdir()
    child = datasets.keep(PROBLEMS[:5], About(name="curated", source=Dataset.Source.RUN), parents=[dataset], run=run)
    answer = client.post(reverse("training:delete_dataset", args=[dataset.pk]), follow=True)
    assert "A run that is going on uses this" in answer.content.decode()
    assert Dataset.objects.count() == 2
    Run.objects.update(state="stopped")
    client.post(reverse("training:delete_dataset", args=[dataset.pk]))
    assert not Dataset.objects.exists()
    assert not dataset.file.exists()
    assert not child.file.exists()
    assert not sample.folder.exists()
    assert not (run.folder / "measured.jsonl").exists()  # its questions, with a model's answers
    assert (run.folder / "sft").exists()  # weights
    run.refresh_from_db()
    assert run.data_deleted
    assert "deleted since" in client.post(reverse("training:resume", args=[run.pk]), follow=True).content.decode()
    assert list(ModelVersion.objects.get().evaluations) == ["sha"]
