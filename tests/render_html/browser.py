#!/usr/bin/python3
"""browser.py TEST PAGE: opens the page in headless Chromium and does what a person would do. Prints what went wrong and exits with 1.

browser.py screenshot PAGE PNG [QUERY]: takes a picture of it, after searching for QUERY where there is one. PAGE may end in a fragment.
"""

import json
import pathlib
import sys
import tempfile

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys


def open_page(path, folder):
    options = webdriver.ChromeOptions()
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--window-size=1440,900",
        f"--user-data-dir={folder}",
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
    file, _, fragment = str(path).partition("#")
    driver.get(pathlib.Path(file).resolve().as_uri() + (f"#{fragment}" if fragment else ""))
    return driver


def nodes(driver):
    return driver.find_elements(By.CSS_SELECTOR, "#stage .node")


def node_named(driver, name):
    return next(node for node in nodes(driver) if node.get_attribute("aria-label").startswith(name))


def details(driver):
    return driver.find_element(By.ID, "details").text


def focused(driver):
    return driver.switch_to.active_element.get_attribute("aria-label") or ""


def search_for(driver, text):
    box = driver.find_element(By.ID, "search")
    box.send_keys(text)
    return [option.text for option in driver.find_elements(By.CSS_SELECTOR, "#results [role=option]")]


def test_path(driver):
    labels = [node.get_attribute("aria-label") for node in nodes(driver)]
    stop = next(label for label in labels if label.startswith("argmax"))
    assert "stops the gradient" in stop and "browser_slow_test.cpp:" in stop, stop
    assert any(label.startswith("matmul") and "none arrives" in label for label in labels), labels
    assert any(label.startswith("reduce_mean") and "gradient flows" in label for label in labels), labels
    assert "argmax" in details(driver), details(driver)  # the stop is chosen from the start
    node_named(driver, "matmul").click()
    shown = details(driver)
    for part in ("matmul", "classifier/dense", "f32[8, 3]", "browser_slow_test.cpp", "matmul(x, w)"):
        assert part in shown, (part, shown)
    assert node_named(driver, "matmul").get_attribute("aria-pressed") == "true"


def test_numbers(driver):
    badge = driver.find_element(By.CSS_SELECTOR, "#findings .badge").text
    assert badge == "zero", badge
    assert "relu" in details(driver) and "passes on only zeros" in details(driver), details(driver)
    pictures = [picture.get_attribute("aria-label") for picture in driver.find_elements(By.CSS_SELECTOR, "#details [role=img]")]
    assert any(label.startswith("histogram: 3 from 0") for label in pictures), pictures  # what relu made
    assert any("3 elements: 3 zero, 0 NaN, 0 infinite" in label for label in pictures), pictures


def test_search(driver):
    found = search_for(driver, "argmax")
    assert len(found) == 1 and "i64[8]" in found[0], found
    driver.find_element(By.ID, "search").send_keys(Keys.ENTER)
    assert driver.find_element(By.ID, "tab-graph").get_attribute("aria-selected") == "true"
    assert focused(driver).startswith("argmax"), focused(driver)
    assert "a position" in details(driver), details(driver)  # the reason of its input
    driver.find_element(By.ID, "search").clear()
    search_for(driver, "no such thing")
    assert "nothing of that name" in driver.find_element(By.ID, "results").text


def test_keyboard(driver):
    body = driver.find_element(By.TAG_NAME, "body")
    body.send_keys("/")
    assert driver.switch_to.active_element.get_attribute("id") == "search"
    driver.switch_to.active_element.send_keys("matmul", Keys.ENTER)
    assert focused(driver).startswith("matmul"), focused(driver)
    driver.switch_to.active_element.send_keys(Keys.ARROW_DOWN)
    assert focused(driver).startswith("add"), focused(driver)
    driver.switch_to.active_element.send_keys(Keys.ARROW_UP)
    assert focused(driver).startswith("matmul"), focused(driver)
    driver.switch_to.active_element.send_keys(Keys.ENTER)
    assert "matmul" in details(driver)
    driver.switch_to.active_element.send_keys(Keys.ESCAPE)  # out of the layer's scope
    assert any("group dense" in node.get_attribute("aria-label") for node in nodes(driver))
    driver.switch_to.active_element.send_keys(Keys.ESCAPE)
    group = node_named(driver, "group classifier")
    driver.execute_script("arguments[0].focus()", group)
    group.send_keys(Keys.ENTER)
    assert any("group dense" in node.get_attribute("aria-label") for node in nodes(driver))
    assert sum(node.get_attribute("tabindex") == "0" for node in nodes(driver)) == 1


def test_roles(driver):
    for selector in (
        "nav[aria-label]",
        "main",
        "aside[aria-live=polite]",
        "[role=search] label",
        "[role=combobox][aria-controls]",
        "[role=tablist]",
        "#stage svg[role=group]",
    ):
        assert driver.find_elements(By.CSS_SELECTOR, selector), selector
    for element in driver.find_elements(By.CSS_SELECTOR, "button, input, [role=button]"):
        assert element.accessible_name, element.get_attribute("outerHTML")
    assert driver.find_element(By.CSS_SELECTOR, "#findings button").get_attribute("aria-expanded") == "true"
    legend = driver.find_element(By.ID, "legend").text  # colours are put into words, and each has its own mark
    assert "stops the gradient" in legend and "✕" in legend, legend


def test_large(driver):
    driver.find_element(By.ID, "tab-graph").click()
    assert 50 <= len(nodes(driver)) <= 60, len(nodes(driver))
    stopped = node_named(driver, "group block_25")
    assert "stops the gradient" in stopped.get_attribute("aria-label"), stopped.get_attribute("aria-label")
    found = search_for(driver, "block_25/round")
    assert len(found) == 1, found
    driver.find_element(By.ID, "search").send_keys(Keys.ENTER)
    assert focused(driver).startswith("round"), focused(driver)
    crumbs = driver.find_element(By.ID, "crumbs").text
    assert "block_25" in crumbs, crumbs


def test_several_beginnings(driver):
    """Of a page with four variables that are lost at one place."""
    assert driver.find_element(By.ID, "summary").text == "4 findings, 1 cause"
    assert "called from line 11" in driver.find_element(By.CSS_SELECTOR, "#findings button").text
    assert "called from" in details(driver), details(driver)
    beginnings = driver.find_elements(By.CSS_SELECTOR, "#findings .beginnings button")
    assert [button.text.split()[0] for button in beginnings] == ["kernel_0", "bias_0", "kernel_1", "bias_1"]
    for i, name in enumerate(["kernel_0", "bias_0", "kernel_1", "bias_1"]):
        driver.find_elements(By.CSS_SELECTOR, "#findings .beginnings button")[i].click()
        labels = [node.get_attribute("aria-label") for node in nodes(driver)]
        for shown in (name, "tf.argmax"):
            assert sum(label.startswith(shown) for label in labels) == 1, (shown, labels)
        assert node_named(driver, name).get_attribute("aria-pressed") == "true"
        assert driver.switch_to.active_element.text.startswith(name)  # the keyboard stays where it was
    driver.find_elements(By.CSS_SELECTOR, "#findings .beginnings button")[2].click()
    assert node_named(driver, "kernel_1").get_attribute("aria-pressed") == "true"
    assert "kernel_1" in details(driver) and "tf.Variable" in details(driver), details(driver)  # its own line
    assert "tf.argmax(" in driver.find_element(By.CSS_SELECTOR, "#findings .code [data-here]").text


def test_looks(driver):
    """Words stay in their boxes, whole pictures in narrow windows, and dark schemes are dark."""
    for tab in ("tab-path", "tab-graph"):
        driver.find_element(By.ID, tab).click()
        outside = driver.execute_script("""return [...document.querySelectorAll('#stage .node:not(.gap)')].flatMap((node) => {
          const box = node.querySelector('.shape').getBBox();
          return [...node.querySelectorAll('text')].filter((text) => {
            const words = text.getBBox();
            return words.x < box.x || words.x + words.width > box.x + box.width || words.y < box.y || words.y + words.height > box.y + box.height;
          }).map((text) => text.textContent);
        })""")
        assert not outside, outside
    for width in (1440, 860, 500):
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": width, "height": 640, "deviceScaleFactor": 1, "mobile": False})
        assert driver.execute_script("return document.documentElement.scrollWidth") <= width, width
        stage = driver.find_element(By.ID, "stage").size
        assert stage["width"] > 250 and stage["height"] > 150, (width, stage)
        assert driver.execute_script("return window.scrollY") == 0  # choosing a box scrolls the picture, not the page
    brightness = "return getComputedStyle(document.body).backgroundColor.match(/\\d+/g).slice(0, 3).map(Number)"
    for scheme, bright in (("light", True), ("dark", False)):
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
        assert (min(driver.execute_script(brightness)) > 128) == bright, scheme


def test_notebook(driver):
    """Two reports in one document, as the cells of a notebook show them."""
    frames = driver.find_elements(By.TAG_NAME, "iframe")
    assert len(frames) == 2
    for frame, stop in zip(frames, ("tf.argmax", "tf.round")):
        driver.switch_to.frame(frame)
        selected = driver.find_element(By.CSS_SELECTOR, "#stage .node[aria-pressed=true]")
        assert selected.get_attribute("aria-label").startswith(stop), selected.get_attribute("aria-label")
        assert f"{stop}(" in driver.find_element(By.CSS_SELECTOR, "#findings .code [data-here]").text
        name = stop.removeprefix("tf.")  # the graph's ops go by their own names
        search_for(driver, name)
        driver.find_element(By.ID, "search").send_keys(Keys.ENTER)
        assert focused(driver).startswith(name), focused(driver)
        driver.switch_to.default_content()
    assert driver.execute_script("return getComputedStyle(document.body).display") == "block"  # the page's own styles stay inside


def test_offline(driver):
    events = [json.loads(entry["message"])["message"] for entry in driver.get_log("performance")]
    requests = [event["params"] for event in events if event["method"] == "Network.requestWillBeSent"]
    asked = {request["request"]["url"] for request in requests if request["documentURL"] == driver.current_url}
    assert asked == {driver.current_url}, asked  # nothing but the page itself
    picture = driver.get_screenshot_as_png()
    assert picture.startswith(b"\x89PNG") and len(picture) > 20000, len(picture)


def test_function(driver):
    """The graph of a function: both stages, a fused op with its ops in its box, and a body that opens."""
    sections = driver.find_elements(By.CSS_SELECTOR, "#findings section > button")
    assert [section.text.split("\n")[0] for section in sections] == ["before passes", "after passes"]
    assert not driver.find_element(By.CSS_SELECTOR, ".toolbar [role=tablist]").is_displayed()
    labels = [node.get_attribute("aria-label") for node in nodes(driver)]
    assert any("while_loop" in label and "condition: " in label and "body: " in label for label in labels), labels
    sections[1].click()
    labels = [node.get_attribute("aria-label") for node in nodes(driver)]
    assert any(label.startswith("fused") and "tanh" in label for label in labels), labels
    assert "arena" in driver.find_element(By.ID, "findings").text
    node_named(driver, "while_loop").click()
    node_named(driver, "body").click()
    assert any(node.get_attribute("aria-label").startswith("sin") for node in nodes(driver))
    node_named(driver, "sin").click()
    assert "browser_slow_test.cpp:" in details(driver) and "gradient" not in details(driver), details(driver)
    assert search_for(driver, "tanh")


def screenshot(driver, path, query):
    if query:
        search_for(driver, query)
        driver.find_element(By.ID, "search").send_keys(Keys.ENTER)
        driver.find_element(By.ID, "search").clear()
    driver.save_screenshot(path)


def main():
    test, page, *rest = sys.argv[1:]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        driver = open_page(page, folder)
        try:
            if test == "screenshot":
                screenshot(driver, rest[0], rest[1] if len(rest) > 1 else "")
            else:
                globals()["test_" + test](driver)
            errors = [entry["message"] for entry in driver.get_log("browser") if entry["level"] == "SEVERE"]
            assert not errors, errors
        finally:
            driver.quit()


if __name__ == "__main__":
    main()
