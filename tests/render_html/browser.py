#!/usr/bin/python3
"""browser.py TEST PAGE: opens the page in headless Chromium and does what a person would do. Prints what went wrong and exits with 1.

browser.py screenshot PAGE PNG [QUERY]: takes a picture of it, after searching for QUERY where there is one.
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
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1440,900", f"--user-data-dir={folder}"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
    driver.get(pathlib.Path(path).resolve().as_uri())
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
    for selector in ("nav[aria-label]", "main", "aside[aria-live=polite]", "[role=search] label", "[role=combobox][aria-controls]", "[role=tablist]", "#stage svg[role=group]"):
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


def test_offline(driver):
    events = [json.loads(entry["message"])["message"] for entry in driver.get_log("performance")]
    requests = [event["params"] for event in events if event["method"] == "Network.requestWillBeSent"]
    asked = {request["request"]["url"] for request in requests if request["documentURL"] == driver.current_url}
    assert asked == {driver.current_url}, asked  # nothing but the page itself
    picture = driver.get_screenshot_as_png()
    assert picture.startswith(b"\x89PNG") and len(picture) > 20000, len(picture)


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
